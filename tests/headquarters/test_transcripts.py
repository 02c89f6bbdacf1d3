"""Transcripts: a page of each released line, whose code is true; one whole PDF by the child."""

import re

import pytest
from desk_world import NOW, Desk
from markupsafe import escape
from msgspec.structs import replace
from settled import FIRST, ONE, put_out, sat
from test_result_lists import LINE, LIST

from sync.errors import NotFound
from sync.headquarters.released.errors import NothingReleased
from sync.headquarters.released.reading import Proposed, Said, check
from sync.headquarters.released.taking import list_taken
from sync.headquarters.released.transcripts import Sheet, drawn, masked, parts, transcripts

RELEASED = Proposed(1, "am", 1, 0, "", LIST.digest, "a", NOW, LIST, Said(True, "b", NOW))


def page(line: object = LINE, photo: str | None = None) -> str:
    """One page."""
    return drawn(RELEASED, [Sheet(line, LIST.codes()[0], photo)])  # type: ignore[arg-type]


def test_the_page_says_what_was_released_in_both_languages() -> None:
    text = page()
    for said in ("成绩单", "Transcript of results", LINE.name, "直播电商", "80", "合格", "passed"):
        assert said in text
    assert LIST.codes()[0] in text
    assert "不是证书" in text


def test_the_birthday_is_not_on_a_paper_that_goes_from_hand_to_hand() -> None:
    assert LINE.identity not in page()
    assert masked(LINE.identity) == "110101********1237"
    assert masked("1234567890") == "**********"


def test_a_photo_is_shown_if_there_is_one_and_no_empty_frame_else() -> None:
    assert 'class="photo"' not in page()
    assert '<img class="photo" src="data:image/jpeg;base64,AA' in page(
        photo="data:image/jpeg;base64,AA"
    )


@pytest.mark.parametrize("name", ["<script>x</script>", '"><img src=//evil>', "{{ 7*7 }}"])
def test_a_hostile_name_stays_text(name: str) -> None:
    text = page(replace(LINE, name=name, school=name))
    body = text.partition("</style>")[2]
    assert str(escape(name)) in body
    assert not re.search(r"<script|<img src=//|>49<", body)


@pytest.mark.parametrize(("count", "files"), [(0, 1), (1, 1), (50, 1), (51, 2), (5000, 100)])
def test_a_file_holds_fifty(count: int, files: int) -> None:
    assert parts(count) == files


def test_a_pdf_is_made_of_a_release_and_noted(published_desk: Desk) -> None:
    desk = published_desk
    sat(desk)
    with pytest.raises(NothingReleased):
        transcripts(desk.hq, FIRST, "morning")
    code = put_out(desk).list.codes()[0]
    made = transcripts(desk.hq, FIRST, "morning", admission=ONE)
    assert made.startswith(b"%PDF-")
    assert [one.what for one in list_taken(desk.hq, "morning")] == ["transcripts"]
    assert check(desk.hq, code).line.admission == ONE
    with pytest.raises(NotFound):
        transcripts(desk.hq, FIRST, "morning", admission="nobody")
