"""Faults of the list of a file's parts on a stick."""

from collections.abc import Iterator

from vectoring.draft import JSON, Vector, plain

FORMAT = "parts-list"
FIRST, SECOND = "ab" * 32, "cd" * 32


def _said(**change: object) -> JSON:
    return {"parts": [FIRST, SECOND], "size": 70_000_000} | change


def lists() -> Iterator[Vector]:
    """All of them."""
    yield Vector(FORMAT, "good", plain(_said()))
    yield Vector(FORMAT, "good-of-one-part", plain(_said(parts=[FIRST], size=1)))
    for name, data in _faults().items():
        yield Vector(FORMAT, name, data, "w1", "not-canonical")


def _faults() -> dict[str, bytes]:
    good = plain(_said())
    return {
        "size-0": plain(_said(size=0)),
        "size-text": plain(_said(size="1")),
        "size-true": plain(_said(size=True)),
        "size-too-large": plain(_said(size=2**53)),
        "size-with-fraction": good.replace(b"70000000", b"70000000.0"),
        "no-part": plain(_said(parts=[])),
        "parts-no-list": plain(_said(parts=FIRST)),
        "part-in-capitals": plain(_said(parts=[FIRST.upper()])),
        "part-of-63-digits": plain(_said(parts=[FIRST[1:]])),
        "part-null": plain(_said(parts=[None])),
        "member-missing": plain({"size": 1}),
        "member-unknown": plain(_said(name="a")),
        "member-twice": good.replace(b'"size"', b'"size":1,"size"'),
        "white-space": good.replace(b":", b": ", 1),
        "line-end": good + b"\n",
        "members-out-of-order": b'{"size":1,"parts":["' + FIRST.encode() + b'"]}',
        "cut": good[:-1],
        "empty": b"",
    }
