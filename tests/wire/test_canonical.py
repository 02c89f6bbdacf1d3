import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import NotCanonical
from sync.wire import canonical

integers = st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | integers | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


def test_names_stand_in_the_order_of_their_utf16_code_units() -> None:
    # RFC 8785, section 3.2.3.
    names = ["€", "\r", "\ufb33", "1", "😀", "\x80", "ö"]
    written = canonical.encode(dict.fromkeys(names, 0)).decode()
    assert list(json.loads(written)) == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


def test_strings_are_written_as_rfc_8785_says() -> None:
    # RFC 8785, section 3.2.2, without the numbers that are not integers.
    sample = {
        "string": '€$\x0f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical.encode(sample) == (
        b'{"literals":[null,true,false],"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_every_control_character_has_its_one_escape() -> None:
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
    for code in range(32):
        expected = short.get(code, f"\\u{code:04x}")
        assert canonical.encode(chr(code)) == f'"{expected}"'.encode()
    assert canonical.encode("\x7f\u2028") == '"\x7f\u2028"'.encode()


@given(values)
def test_what_was_encoded_decodes_to_the_same(value: canonical.JSON) -> None:
    written = canonical.encode(value)
    assert canonical.decode(written) == value
    assert canonical.encode(canonical.decode(written)) == written


@given(st.dictionaries(text, integers, min_size=2, max_size=6))
def test_the_order_of_insertion_changes_nothing(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical.encode(value) == canonical.encode(backwards)


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), "\ud800", {"\udfff": 1}, {1: 2}, b"x", set()],
    ids=repr,
)
def test_what_has_no_canonical_form_is_not_written(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical.encode(value)
    with pytest.raises(NotCanonical):
        canonical.encode([value])


@pytest.mark.parametrize(
    "data",
    [
        *(b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":1,"a":2}', b'{"a": 1}', b" 1", b"1\n"),
        *(b'"\\/"', b'"\\u0041"', b'"\\u000A"', b'"\\u000F"', b'"\\ud83d\\ude00"', b'"\\ud800"'),
        *(b"-0", b"01", b"1.0", b"1e2", b"9007199254740992", b"9" * 5000, b"NaN", b"Infinity"),
        *(b"", b"[", b"[1,]", b"tru", b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf1", b'"\n"'),
    ],
)
def test_what_the_writer_would_not_write_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        canonical.decode(data)


@pytest.mark.parametrize("depth", [canonical.MAX_DEPTH + 1, 100_000])
def test_deep_nesting_is_refused_before_it_hurts(depth: int) -> None:
    with pytest.raises(NotCanonical):
        canonical.decode(b"[" * depth + b"]" * depth)
    with pytest.raises(NotCanonical):
        canonical.decode(b'{"a":' * depth + b"1" + b"}" * depth)


def test_nesting_up_to_the_limit_is_read() -> None:
    data = b"[" * canonical.MAX_DEPTH + b"]" * canonical.MAX_DEPTH
    assert canonical.encode(canonical.decode(data)) == data


@given(st.binary(max_size=60))
def test_arbitrary_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        value = canonical.decode(data)
    except NotCanonical:
        return
    assert canonical.encode(value) == data
