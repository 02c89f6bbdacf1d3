"""Figures of released results by site: who sat, who passed, means. Few people tell nothing. Pure.

Whoever knows the people of a small group reads each one's result out of its mean; so a group of
fewer than FEW is only counted, and a share of which fewer than FEW_APART are on either side is not
said.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean, pstdev

from sync.exam.item_analysis import FEW
from sync.exam.specification import Struct
from sync.headquarters.released.lists import Line, ResultList
from sync.spreadsheet import Cell

FEW_APART = 3
HEAD = (
    "考点编号",
    "考点",
    "规格",
    "发布人数",
    "参加人数",
    "合格率（%）",
    "理论平均分",
    "理论标准差",
    "实训平均分",
    "实训标准差",
    "说明",
)
TOO_FEW = f"不足 {FEW} 人，不列"
ONE_SIDED = "合格或不合格人数过少，不列合格率"


class Spread(Struct, frozen=True):
    """Mean and deviation of the marks of one component; None where too few have any."""

    mean: float | None
    deviation: float | None


class SiteFigures(Struct, frozen=True):
    """One site in one certificate; `sat` are those who were neither absent nor in violation.

    `share` is the per cent who passed of those who sat; None where it is not said.
    """

    site: str
    site_name: str
    specification: str
    released: int
    sat: int
    share: float | None
    theory: Spread
    practical: Spread

    @property
    def few(self) -> bool:
        """Whether nothing but the number is said."""
        return self.sat < FEW


def site_figures(lists: Iterable[ResultList]) -> list[SiteFigures]:
    """By certificate and site, from the last release of each session."""
    groups: dict[tuple[str, str], list[Line]] = {}
    names: dict[str, str] = {}
    for one in lists:
        names[one.site] = one.site_name
        for line in one.lines:
            groups.setdefault((line.specification, one.site), []).append(line)
    return [
        figures_of(site, names[site], specification, lines)
        for (specification, site), lines in sorted(groups.items())
    ]


def figures_of(site: str, name: str, specification: str, lines: Sequence[Line]) -> SiteFigures:
    """Of one group."""
    sat = [line for line in lines if line.outcome in ("passed", "failed")]
    passed = sum(line.outcome == "passed" for line in sat)
    apart = min(passed, len(sat) - passed)
    said = len(sat) >= FEW and apart >= FEW_APART
    return SiteFigures(
        site=site,
        site_name=name,
        specification=specification,
        released=len(lines),
        sat=len(sat),
        share=100 * passed / len(sat) if said else None,
        theory=_spread(sat, "theory"),
        practical=_spread(sat, "practical"),
    )


def _spread(lines: Sequence[Line], component: str) -> Spread:
    marks = [found for line in lines if (found := line.marks(component)) is not None]
    if len(marks) < FEW:
        return Spread(None, None)
    return Spread(fmean(marks), pstdev(marks))


def figure_rows(found: Sequence[SiteFigures]) -> list[list[Cell]]:
    """The rows of a sheet that may be handed on."""
    return [
        [
            one.site,
            one.site_name,
            one.specification,
            one.released,
            one.sat,
            *(_figure(value) for value in (one.share, one.theory.mean, one.theory.deviation)),
            *(_figure(value) for value in (one.practical.mean, one.practical.deviation)),
            TOO_FEW if one.few else ONE_SIDED if one.share is None else "",
        ]
        for one in found
    ]


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"
