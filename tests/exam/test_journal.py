"""Events byte for byte, and which response counts."""

import json
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import NotCanonical
from sync.exam.journal import (
    KINDS,
    Event,
    Response,
    decode,
    encode,
    origin,
    root,
    standing_responses,
)
from sync.exam.merkle import merkle_root

RESPONSE = {
    "attempt": "live/2026000001",
    "instance": "abc",
    "item": "530051-1-A-S01",
    "response": ["a"],
    "seat_term": 1,
    "sequence": 1,
}
LINE = (
    b'{"at":1763685000000,"body":{"attempt":"live/2026000001","instance":"abc",'
    b'"item":"530051-1-A-S01","response":["a"],"seat_term":1,"sequence":1},'
    b'"kind":"response","seq":7}'
)


def event(kind: str = "response", seq: int = 7, **changed: Any) -> Event:
    return Event(seq, 1_763_685_000_000, kind, RESPONSE | changed)


def test_an_event_is_written_as_the_format_says() -> None:
    assert encode(event()) == LINE
    assert decode(LINE) == event()


def test_text_is_written_as_it_is_and_not_escaped() -> None:
    line = encode(event(response="赵䶮说：“好”\n𠮷"))
    assert "赵䶮说：“好”\\n𠮷".encode() in line
    assert decode(line).body["response"] == "赵䶮说：“好”\n𠮷"


def test_every_character_is_written_as_the_format_says() -> None:
    for first in range(0, 0x110000, 0x100):
        if not 0xD800 <= first < 0xE000:
            text = "".join(map(chr, range(first, first + 0x100)))
            plain = f'"response":{json.dumps(text, ensure_ascii=False)},'
            assert plain.encode() in encode(event(response=text))


@pytest.mark.parametrize(
    "line",
    [
        LINE + b" ",
        LINE.replace(b",", b", "),
        LINE.replace(b'"seq":7', b'"seq":7.0'),
        LINE.replace(b'"seq":7', b'"seq":"7"'),
        LINE.replace(b'"seq":7', b'"seq":7,"seq":7'),
        LINE.replace(b'"seq":7', b'"seq":7,"hash":"00"'),
        LINE.replace(b'"kind":"response",', b""),
        LINE.replace(b'"response","seq"', b'"reply","seq"'),
        LINE.replace(b'"sequence":1', b'"sequence":1,"why":"late"'),
        LINE.replace(b',"sequence":1', b""),
        LINE.replace(b'"sequence":1', b'"sequence":true'),
        LINE.replace(b'"sequence":1', b'"sequence":"1"'),
        LINE.replace(b'"sequence":1', b'"sequence":1.5'),
        LINE.replace(b'"sequence":1', b'"sequence":NaN'),
        LINE.replace(b'"sequence":1', b'"sequence":1e999'),
        LINE.replace(b'"sequence":1', b'"sequence":9007199254740992'),
        LINE.replace(b'"sequence":1', b'"sequence":' + b"9" * 5000),
        LINE.replace(b'"live/2026000001"', b'["live"]'),
        LINE.replace(b'["a"]', b'[["a"]]'),
        LINE.replace(b'["a"]', b"[1]"),
        LINE.replace(b'["a"]', b"null"),
        LINE.replace(b'["a"]', b'"\\ud800"'),
        LINE.replace(b'["a"]', b"[" * 100_000),
        LINE.replace(b"abc", b"\\u0061bc"),
        LINE.replace(b"abc", b"\xff"),
        LINE.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + LINE,
        LINE[:-1],
        b"",
        b"[]",
        b"null",
    ],
    ids=range(31),
)
def test_a_line_that_the_writer_would_not_have_written_is_refused(line: bytes) -> None:
    with pytest.raises(NotCanonical):
        decode(line)


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("reply", {}),
        ("evidence", {}),
        ("response", {"note": "x"}),
        ("response", {"sequence": None}),
        ("response", {"response": {"a": 1}}),
        ("response", {"response": ("a",)}),
        ("response", {"item": "\ud800"}),
        ("response", {"seat_term": 2**53}),
    ],
)
def test_an_event_of_another_shape_is_never_written(kind: str, changed: dict[str, Any]) -> None:
    with pytest.raises(NotCanonical, match="event 7"):
        encode(event(kind, **changed))


def test_every_kind_is_written_and_read_again() -> None:
    listed = ["a", "c"]
    samples: dict[type, Any] = {str: "文", int: -5, bool: True, list: listed, Response: listed}
    for kind, members in KINDS.items():
        written = Event(0, 1, kind, {name: samples[type_] for name, type_ in members.items()})
        assert decode(encode(written)) == written
        assert list(json.loads(encode(written))["body"]) == sorted(members)


def test_the_root_is_that_of_the_lines_in_their_order() -> None:
    events = [event(seq=n, sequence=n + 1) for n in range(5)]
    assert root(events) == merkle_root([encode(e) for e in events])
    assert root(events) != root(events[::-1]) != root(events[:4])


def test_another_server_term_is_another_journal() -> None:
    assert origin("site-01", "am-1121", 1) == "examsite.journal/site-01/am-1121/1"
    assert origin("site-01", "am-1121", 2) != origin("site-01", "am-1121", 1)


def journal(*entries: tuple[str, dict[str, Any]]) -> list[Event]:
    return [Event(n, 0, kind, body) for n, (kind, body) in enumerate(entries)]


def sign_in(instance: str, seat_term: int = 1, attempt: str = "s/1") -> tuple[str, dict[str, Any]]:
    return "sign-in", {"attempt": attempt, "instance": instance, "seat": 1, "seat_term": seat_term}


def said(
    instance: str, sequence: int, response: str, seat_term: int = 1, item: str = "q"
) -> tuple[str, dict[str, Any]]:
    return "response", {
        "attempt": "s/1",
        "instance": instance,
        "item": item,
        "response": [response],
        "seat_term": seat_term,
        "sequence": sequence,
    }


def stands(*entries: tuple[str, dict[str, Any]], item: str = "q") -> str:
    (response,) = standing_responses(journal(*entries))["s/1"][item].response
    return str(response)


def test_a_higher_sequence_counts_whatever_arrives_first() -> None:
    for order in permutations([said("x", 1, "a"), said("x", 2, "b"), said("x", 3, "c")]):
        assert stands(sign_in("x"), *order) == "c"


def test_the_browser_that_signed_in_later_counts() -> None:
    late = said("x", 9, "late")
    assert stands(sign_in("x"), sign_in("y"), said("y", 1, "new"), late) == "new"


def test_a_later_seat_counts_over_every_sequence_of_an_earlier_one() -> None:
    entries = sign_in("x"), said("y", 1, "there", 2), said("x", 99, "here", 1)
    assert stands(*entries) == "there"


def test_what_is_saved_after_coming_back_to_the_first_browser_counts() -> None:
    there = sign_in("x"), said("x", 1, "one"), sign_in("y"), said("y", 1, "two")
    assert stands(*there, sign_in("x"), said("x", 2, "three")) == "three"


def test_a_save_from_before_the_detour_does_not_come_back_with_its_browser() -> None:
    there = sign_in("x"), said("x", 2, "new"), sign_in("y"), said("y", 1, "newest")
    assert stands(*there, sign_in("x"), said("x", 1, "old")) == "newest"


def test_signing_in_again_in_the_same_browser_brings_no_older_save_back() -> None:
    assert stands(sign_in("x"), said("x", 2, "new"), sign_in("x"), said("x", 1, "old")) == "new"


def test_a_cleared_answer_counts_as_cleared() -> None:
    cleared = "response", said("x", 2, "")[1] | {"response": []}
    found = standing_responses(journal(said("x", 1, "a"), cleared))
    assert found["s/1"]["q"].response == []


def test_attempts_and_items_do_not_touch_each_other() -> None:
    other = "response", said("x", 1, "z")[1] | {"attempt": "s/2"}
    found = standing_responses(
        journal(
            sign_in("x"),
            sign_in("x", attempt="s/3"),
            said("x", 1, "a"),
            other,
            said("x", 2, "b", item="r"),
        )
    )
    answers = {a: {i: s.response for i, s in items.items()} for a, items in found.items()}
    assert answers == {"s/1": {"q": ["a"], "r": ["b"]}, "s/2": {"q": ["z"]}}


# Two browsers at each of two seats; each has one seat term, as a page has one token.
saves = st.lists(
    st.tuples(st.sampled_from("wxyz"), st.integers(1, 6), st.sampled_from("qr")),
    unique_by=lambda save: save[:2],
    max_size=9,
)
TERMS = {"w": 1, "x": 1, "y": 2, "z": 2}


def by_definition(saves: list[tuple[str, int, str]], item: str) -> tuple[str, int] | None:
    """The greatest by seat term, then by who signed in last, then by sequence."""
    own = [(TERMS[i], "wxyz".index(i), n) for i, n, to in saves if to == item]
    return ("wxyz"[max(own)[1]], max(own)[2]) if own else None


@settings(max_examples=150, deadline=None)
@given(saves, st.data())
def test_the_order_of_arrival_decides_nothing(
    saves: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    arrived = data.draw(st.permutations(saves))
    repeats = data.draw(st.lists(st.sampled_from(saves), max_size=4)) if saves else []
    entries = [sign_in(i, TERMS[i]) for i in "wxyz"]
    entries += [said(i, n, f"{i}{n}", TERMS[i], item) for i, n, item in [*arrived, *repeats]]
    found = standing_responses(journal(*entries)).get("s/1", {})
    for item in "qr":
        expected = by_definition(saves, item)
        standing = found.get(item)
        assert (standing and standing.response) == (expected and [f"{expected[0]}{expected[1]}"])


@pytest.mark.parametrize("member", ["seq", "at"])
@pytest.mark.parametrize("number", [-1, 2**53, 10**30])
def test_a_number_that_no_event_has_is_neither_read_nor_written(member: str, number: int) -> None:
    given = {"seq": 7, "at": 1, member: number}
    with pytest.raises(NotCanonical):
        encode(Event(given["seq"], given["at"], "confirm", {"attempt": "x"}))
    line = json.dumps(
        {"at": given["at"], "body": {"attempt": "x"}, "kind": "confirm", "seq": given["seq"]},
        separators=(",", ":"),
    )
    with pytest.raises(NotCanonical):
        decode(line.encode())
