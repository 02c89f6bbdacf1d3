"""Figures of results as pictures: how marks spread, items by their figures, sites. Pure."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from sync.exam.item_analysis import HARD, WEAK, FormStatistics
from sync.exam.specification import Struct
from sync.headquarters.released.lists import Line, Reached
from sync.headquarters.released.site_figures import SiteFigures
from sync.svg import BAD, BAR, GOOD, INK, LINE, OVER, QUIET, bar, line, picture, text
from sync.words import Language, Words

BINS, WIDE, BASE, TALL = 10, 44, 150, 178
SIDE, EDGE = 300, 36
ROW, NAME, LONG = 30, 200, 320


class Histogram(Struct, frozen=True):
    """How the marks of one component of one certificate spread, as a picture."""

    title: Words
    people: int
    picture: str


def histograms(lines: Sequence[Line], language: Language) -> list[Histogram]:
    """One for each certificate and component of which somebody has marks."""
    found: dict[tuple[str, str], list[Reached]] = {}
    titles: dict[tuple[str, str], Words] = {}
    for one in lines:
        for reached in one.components:
            if reached.marks is not None:
                key = one.specification, reached.name
                found.setdefault(key, []).append(reached)
                titles[key] = Words(
                    f"{one.certificate.zh} {one.level.zh} · {reached.title.zh}",
                    f"{one.certificate.en} {one.level.en} · {reached.title.en}",
                )
    return [
        Histogram(titles[key], len(own), histogram(own, titles[key].in_(language)))
        for key, own in found.items()
    ]


def histogram(reached: Sequence[Reached], about: str) -> Markup:
    """Marks in tenths of the full mark; below the mark to pass in another colour."""
    of, needed = reached[0].of, reached[0].needed
    counts = [0] * BINS
    for one in reached:
        counts[min(BINS - 1, (one.marks or 0) * BINS // of)] += 1
    most, made = max(counts), []
    for n, count in enumerate(counts):
        height = count / most * (BASE - 30)
        low, high = n * of // BINS, (n + 1) * of // BINS
        colour = BAR if low >= needed else OVER
        made.append(bar(n * WIDE + 4, BASE - height, WIDE - 8, height, colour))
        much, middle = str(count) if count else "", n * WIDE + WIDE / 2
        made.append(text(middle, BASE - height - 6, much, INK, "middle"))
        name = f"{low}–{high if n == BINS - 1 else high - 1}"
        made.append(text(middle, BASE + 18, name, QUIET, "middle"))
    at = needed / of * BINS * WIDE
    made.append(line(f"M0 {BASE}H{BINS * WIDE}", QUIET))
    made.append(line(f"M{at:.1f} 4V{BASE}", BAD, dashed=True))
    made.append(text(at + 5, 14, str(needed), BAD, "start"))
    told = ", ".join(map(str, counts))
    return picture(BINS * WIDE, TALL, f"{about}: {told}", made)


def item_map(form: FormStatistics, language: Language) -> Markup:
    """Each item by difficulty (to the right: easier) and discrimination (up: sharper)."""
    across = Words("得分率", "difficulty").in_(language)
    up = Words("区分度", "discrimination").in_(language)
    floor = EDGE / 2 + SIDE
    made = [
        line(f"M{EDGE} {EDGE / 2}V{floor}H{EDGE + SIDE}", QUIET),
        line(f"M{_x(HARD):.1f} {EDGE / 2}V{floor}", BAD, dashed=True),
        line(f"M{EDGE} {_y(WEAK):.1f}H{EDGE + SIDE}", BAD, dashed=True),
    ]
    for tick in (0.0, 0.5, 1.0):
        made.append(text(_x(tick), floor + 16, f"{tick:g}", QUIET, "middle"))
        made.append(text(EDGE - 6, _y(tick) + 4, f"{tick:g}", QUIET, "end"))
    made.append(text(EDGE + SIDE, floor + 32, across, INK, "end"))
    made.append(text(EDGE, 12, up, INK, "middle"))
    both = [
        (one.item, one.difficulty, one.discrimination, bool(one.flags))
        for one in form.items
        if one.difficulty is not None and one.discrimination is not None
    ]
    made += [_dot(*one) for one in both]
    about = f"{form.form}: {across} × {up}, {len(both)}"
    return picture(EDGE + SIDE + EDGE, SIDE + 2 * EDGE, about, made)


def _dot(item: str, difficulty: float, discrimination: float, odd: bool) -> Markup:
    return Markup(
        '<circle cx="{:.1f}" cy="{:.1f}" r="4.5" fill="{}" fill-opacity=".75"><title>{}</title>'
        "</circle>"
    ).format(
        _x(difficulty),
        _y(discrimination),
        OVER if odd else BAR,
        f"{item} {difficulty:.2f} / {discrimination:.2f}",
    )


def _x(share: float) -> float:
    return EDGE + SIDE * min(1.0, max(0.0, share))


def _y(share: float) -> float:
    """What is below zero lies on the floor."""
    return EDGE / 2 + SIDE * (1 - min(1.0, max(0.0, share)))


def site_plots(found: Iterable[SiteFigures], language: Language) -> dict[str, Markup]:
    """specification → its sites by their mean theory marks; who is too few is not drawn."""
    groups: dict[str, list[SiteFigures]] = {}
    for one in found:
        if one.theory.mean is not None:
            groups.setdefault(one.specification, []).append(one)
    about = Words("各考点理论平均分", "mean theory marks by site").in_(language)
    return {code: _sites(own, f"{code}: {about}") for code, own in groups.items()}


def _sites(found: Sequence[SiteFigures], about: str) -> Markup:
    made = []
    for n, one in enumerate(sorted(found, key=lambda one: -(one.theory.mean or 0))):
        top, mean = n * ROW + 4, one.theory.mean or 0
        spread = one.theory.deviation or 0
        made.append(text(NAME - 10, top + 16, one.site_name[:16], INK, "end"))
        made.append(bar(NAME, top + 4, LONG, 16, LINE))
        made.append(bar(NAME, top + 4, LONG * mean / 100, 16, GOOD if mean >= 60 else OVER))
        low, high = (NAME + LONG * min(100, max(0, mean + way * spread)) / 100 for way in (-1, 1))
        made.append(line(f"M{low:.1f} {top + 12}H{high:.1f}", INK))
        said = f"{mean:.1f} ± {spread:.1f} · n {one.sat}"
        made.append(text(NAME + LONG + 10, top + 16, said, QUIET, "start"))
    return picture(NAME + LONG + 150, max(1, len(found)) * ROW + 8, about, made)
