"""Figures by site: means that are right, and nothing that gives a single person away."""

from statistics import fmean, pstdev

import pytest
from msgspec.structs import replace
from test_result_lists import LINE, LIST, THEORY

from sync.exam.item_analysis import FEW, FormStatistics, ItemStatistics
from sync.headquarters.released.lists import Line, Reached
from sync.headquarters.released.plots import histogram, histograms, item_map, site_plots
from sync.headquarters.released.site_figures import HEAD, figure_rows, figures_of, site_figures


def lines(*marks: int | None) -> list[Line]:
    """A line for each; under 60 is failed, None absent."""
    return [_line(n, one) for n, one in enumerate(marks)]


def _line(number: int, marks: int | None) -> Line:
    outcome = "absent" if marks is None else "passed" if marks >= 60 else "failed"
    own = replace(THEORY, marks=marks, state=outcome)
    return replace(LINE, admission=str(number), components=(own,), outcome=outcome)


def test_means_and_shares_are_those_of_who_sat() -> None:
    marks = [40, 50, 55, 70, 80, 90]
    found = figures_of("s", "考点", "x", lines(*marks, None))
    assert (found.released, found.sat, found.share) == (7, 6, 50.0)
    assert (found.theory.mean, found.theory.deviation) == (fmean(marks), pstdev(marks))
    assert found.practical.mean is None


@pytest.mark.parametrize("count", range(FEW))
def test_of_few_people_only_the_number_is_told(count: int) -> None:
    found = figures_of("s", "考点", "x", lines(*[77] * count))
    assert found.few
    (row,) = figure_rows([found])
    assert row[4] == count
    assert row[5:10] == [None] * 5
    # The control: with one more there are figures.
    more = figures_of("s", "考点", "x", lines(*[77] * FEW))
    assert more.theory.mean == 77


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ([90] * 20, False),
        ([90] * 18 + [10] * 2, False),
        ([90] * 17 + [10] * 3, True),
        ([90] * 3 + [10] * 3, True),
        ([10] * 20, False),
    ],
)
def test_a_share_that_would_name_who_failed_is_not_told(marks: list[int], told: bool) -> None:
    assert (figures_of("s", "考点", "x", lines(*marks)).share is not None) is told


def test_marks_that_few_have_are_not_averaged() -> None:
    own = lines(*[70] * 6)
    practical = Reached("practical", THEORY.title, "passed", 81, 100, 60)
    own[0] = replace(own[0], components=(*own[0].components, practical))
    found = figures_of("s", "考点", "x", own)
    assert (found.theory.mean, found.practical.mean) == (70, None)


def test_sessions_of_a_site_are_counted_together_and_certificates_apart() -> None:
    other = replace(LIST, session="pm", lines=tuple(lines(60, 61, 62)))
    third = replace(other, site="site-02", site_name="另一考点")
    found = site_figures([replace(LIST, lines=tuple(lines(70, 71))), other, third])
    assert [(one.site, one.sat, one.few) for one in found] == [
        ("site-01", 5, False),
        ("site-02", 3, True),
    ]
    assert len(figure_rows(found)[0]) == len(HEAD)
    (picture,) = site_plots(found, "zh").values()
    assert "示例考点" in picture
    assert "另一考点" not in picture


def test_the_histogram_counts_every_mark_in_its_tenth() -> None:
    marks = [0, 9, 10, 59, 60, 99, 100]
    picture = histogram([replace(THEORY, marks=one) for one in marks], "x<y")
    assert 'aria-label="x&lt;y: 2, 1, 0, 0, 0, 1, 1, 0, 0, 2"' in picture
    (one,) = histograms(lines(*marks, None), "zh")
    assert one.people == len(marks)
    assert histograms(lines(None), "zh") == []


def test_the_map_of_items_has_a_dot_for_each_that_has_both_figures() -> None:
    figures = {"a": (0.5, 0.3), "b": (1.0, None), "c": (0.1, -0.4), "<d>": (0.9, 0.05)}
    items = tuple(
        ItemStatistics(name, 1, difficulty, discrimination, 0, (), None, ())
        for name, (difficulty, discrimination) in figures.items()
    )
    drawn = item_map(FormStatistics("live", "live-A", 30, 8, 50.0, 9.0, 0.8, items), "en")
    assert drawn.count("<circle") == 3
    assert "<title>a 0.50 / 0.30</title>" in drawn
    assert "&lt;d&gt; 0.90 / 0.05" in drawn
    # What is below zero lies on the floor of the picture.
    assert 'cx="66.0" cy="318.0"' in drawn
