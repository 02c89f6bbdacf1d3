"""Damages of a journal by lines, numbers, heads and copies alone; the whole way is in siteapp."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.exam.copies import compare_copies
from sync.exam.findings import Finding, runs
from sync.exam.heads import Head, Held, hold_against
from sync.exam.journal import Event, decode, encode
from sync.exam.lines import Line, read_lines
from sync.exam.merkle import merkle_root


def line(seq: int, text: str = "") -> bytes:
    body = {"attempt": "", "by": "chief", "category": "other", "note": text or f"note {seq}"}
    return encode(Event(seq, 1_763_685_000_000 + seq, "incident", body))


SOUND = [line(n) for n in range(12)]


def renumbered(lines: Sequence[bytes]) -> list[bytes]:
    """What somebody would do who knows that numbers betray."""
    return [encode(msgspec.structs.replace(decode(x), seq=n)) for n, x in enumerate(lines)]


def heads(lines: Sequence[bytes], *sizes: int, of: str = "kept") -> list[Head]:
    return [Head(size, merkle_root(lines[:size]), f"{of}-{size}") for size in sizes]


def held(lines: Sequence[bytes], given: Sequence[Head]) -> Held:
    return hold_against(read_lines(Line(data) for data in lines), given)


def short(findings: Sequence[Finding]) -> list[tuple[str, int | None, int | None]]:
    return [(f.code, f.first, f.last) for f in findings]


def by_lines(lines: Sequence[bytes]) -> list[tuple[str, int | None, int | None]]:
    return short(read_lines(Line(data) for data in lines).findings)


def test_a_sound_journal_has_no_finding_and_is_proven_up_to_the_last_head() -> None:
    found = held(SOUND, heads(SOUND, 0, 5, 9))
    assert (by_lines(SOUND), found.findings, found.proven) == ([], [], 9)
    assert held(SOUND, []).proven == 0


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ([*SOUND[:4], *SOUND[5:]], ("deleted", 4, 4)),
        ([*SOUND[:4], *SOUND[7:]], ("deleted", 4, 6)),
        (SOUND[1:], ("deleted", 0, 0)),
        ([*SOUND[:5], SOUND[4], *SOUND[5:]], ("inserted", 4, 4)),
        ([*SOUND[:5], line(4, "false"), *SOUND[5:]], ("inserted", 4, 4)),
        ([*SOUND[:4], SOUND[5], SOUND[4], *SOUND[6:]], ("reordered", 4, 5)),
        ([*SOUND[:2], *SOUND[9:], *SOUND[2:9]], ("reordered", 2, 11)),
        ([*SOUND[:4], line(99), *SOUND[5:]], ("altered", 4, 4)),
        ([*SOUND[:4], SOUND[4] + b" ", *SOUND[5:]], ("not-canonical", 4, 4)),
        ([*SOUND[:4], b"\x00\xff", *SOUND[5:]], ("not-canonical", 4, 4)),
    ],
)
def test_what_lines_and_numbers_betray_is_named_without_any_head(
    lines: list[bytes], named: tuple[str, int, int]
) -> None:
    assert by_lines(lines) == [named]
    # A head that covers it says nothing more, and proves no more than what lies before it.
    found = held(lines, heads(SOUND, 2, 10))
    assert found.findings == []
    assert found.proven in ((2, 10) if named[0] in ("inserted", "reordered") else (0, 2))


@pytest.mark.parametrize(("row", "named"), [(7, ("altered", 3, 3)), (3, None)])
def test_a_row_whose_number_is_not_its_events_is_named(row: int, named: object) -> None:
    rows = [Line(data, n if n != 3 else row) for n, data in enumerate(SOUND[:4])]
    assert short(read_lines(rows).findings) == ([named] if named else [])


@pytest.mark.parametrize("place", [0, 3, 4, 7, 8])
def test_an_altered_event_is_narrowed_by_the_heads_around_it(place: int) -> None:
    lines = [*SOUND[:place], line(place, "false"), *SOUND[place + 1 :]]
    around = {0: (0, 3), 3: (0, 3), 4: (4, 7), 7: (4, 7), 8: (8, 9)}[place]
    found = held(lines, heads(SOUND, 4, 8, 10))
    assert short(found.findings) == [("differs", *around)]
    assert found.proven == around[0]


def test_a_head_at_every_event_names_the_altered_one() -> None:
    lines = [*SOUND[:6], line(6, "false"), *SOUND[7:]]
    assert short(held(lines, heads(SOUND, *range(1, 13))).findings) == [("differs", 6, 6)]


@settings(max_examples=60)
@given(st.integers(0, 8), st.integers(1, 3))
def test_events_put_in_and_smoothed_over_are_found_by_trying(place: int, count: int) -> None:
    false = [line(90 + n, f"false {n}") for n in range(count)]
    lines = renumbered([*SOUND[:place], *false, *SOUND[place:]])
    assert by_lines(lines) == []
    found = held(lines, heads(SOUND, 9, 12))
    assert short(found.findings) == [("inserted", place, place + count - 1)]


@settings(max_examples=60)
@given(st.integers(0, 8), st.integers(0, 8))
def test_events_exchanged_and_smoothed_over_are_found_by_trying(one: int, other: int) -> None:
    lines = list(SOUND)
    lines[one], lines[other] = lines[other], lines[one]
    lines = renumbered(lines)
    found = short(held(lines, heads(SOUND, 9, 12)).findings)
    low, high = sorted((one, other))
    assert found == ([("reordered", low, high)] if low != high else [])


def test_two_damages_in_two_ranges_are_both_named() -> None:
    lines = renumbered([*SOUND[:2], line(2, "false"), *SOUND[2:8], SOUND[9], SOUND[8], *SOUND[10:]])
    found = held(lines, heads(SOUND, 6, 12))
    assert short(found.findings) == [("inserted", 2, 2), ("reordered", 8, 9)]
    assert found.proven == 0


def test_a_deleted_event_that_was_smoothed_over_is_a_range_and_a_missing_tail() -> None:
    lines = renumbered([*SOUND[:5], *SOUND[6:]])
    found = held(lines, heads(SOUND, 4, 8, 12))
    assert short(found.findings) == [("differs", 4, 7), ("cut-tail", 11, 11)]


def test_a_cut_tail_is_noticed_by_any_later_head_also_one_without_a_root() -> None:
    assert short(held(SOUND[:9], heads(SOUND, 5, 12)).findings) == [("cut-tail", 9, 11)]
    assert short(held(SOUND[:9], [Head(10, b"", "batch 1")]).findings) == [("cut-tail", 9, 9)]
    # Control: of what no head covers nothing is known.
    assert held(SOUND[:9], heads(SOUND, 5, 9)).findings == []


def test_two_heads_of_one_size_are_a_fork_whatever_the_journal_is() -> None:
    other = [*SOUND[:6], *(line(n, "other") for n in range(6, 12))]
    both = heads(SOUND, 10) + heads(other, 10, of="sent")
    for lines in (SOUND, other, SOUND[:3]):
        codes = [f.code for f in held(lines, both).findings]
        assert codes == (["fork"] if len(lines) == 12 else ["fork", "cut-tail"])
    same = heads(SOUND, 10) + heads(SOUND, 10, of="sent")
    assert held(SOUND, same).findings == []


def test_a_head_that_a_later_fitting_one_does_not_continue_is_a_fork() -> None:
    other = [*SOUND[:6], *(line(n, "other") for n in range(6, 12))]
    given = [*heads(SOUND, 4, 12), *heads(other, 8, of="sent")]
    found = held(SOUND, given)
    assert short(found.findings) == [("fork", 4, 7)]
    assert found.findings[0].source == "sent-8"
    assert found.proven == 12


def test_a_head_in_short_form_serves_like_a_whole_one() -> None:
    paper = [Head(h.size, h.root[:20], "paper") for h in heads(SOUND, 4, 12)]
    assert held(SOUND, paper).proven == 12
    lines = renumbered([*SOUND[:6], line(6, "false"), *SOUND[6:]])
    assert short(held(lines, paper).findings) == [("inserted", 6, 6)]


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (SOUND, None),
        ([*SOUND, line(12)], None),
        (SOUND[:9], ("cut-tail", 9, 11)),
        ([*SOUND[:5], line(5, "false"), *SOUND[6:]], ("altered", 5, 5)),
        (renumbered([*SOUND[:5], *SOUND[7:]]), ("deleted", 5, 6)),
        (renumbered([*SOUND[:5], line(5, "false"), *SOUND[5:]]), ("inserted", 5, 5)),
        (renumbered([*SOUND[:5], SOUND[6], SOUND[5], *SOUND[7:]]), ("reordered", 5, 6)),
        ([*SOUND[:5], *(line(n, "other") for n in range(5, 9))], ("fork", 5, 11)),
        ([*SOUND[:5], b"?", *SOUND[6:]], ("altered", 5, 5)),
    ],
)
def test_a_copy_names_the_first_event_that_differs_and_both_sides(
    lines: list[bytes], named: tuple[str, int, int] | None
) -> None:
    found = compare_copies(lines, SOUND, "copy")
    assert short(found) == ([named] if named else [])
    if found and named:
        place = named[1]
        assert found[0].there == SOUND[place].decode()
        assert found[0].here == (lines[place].decode() if place < len(lines) else None)


@given(st.lists(st.integers(0, 40), max_size=14))
def test_no_choice_of_numbers_is_called_sound_unless_it_is(numbers: list[int]) -> None:
    sound = numbers == list(range(len(numbers)))
    assert (by_lines([line(n) for n in numbers]) == []) == sound


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_any_bytes_are_read_and_called_what_they_are(junk: list[bytes]) -> None:
    assert bool(read_lines(Line(x) for x in junk).findings) == bool(junk)
    compare_copies(junk, SOUND, "copy")
    held(junk, heads(SOUND, 4))


def test_runs_are_ascending_numbers_without_gaps() -> None:
    assert list(runs([])) == []
    assert list(runs([0, 1, 2, 5, 7, 8])) == [(0, 2), (5, 5), (7, 8)]
