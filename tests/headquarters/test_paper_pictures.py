"""What items show goes with their paper: out of the bank into the package, within bounds."""

import pytest
from desk_world import BY, LIVE, Desk
from pictured import PNG, pictured, sound

from sync.errors import NotFound
from sync.exam.catalogue import find
from sync.exam.drawing import assemble
from sync.exam.items import Bank, Markup, in_html, in_text
from sync.exam.paper import Form
from sync.headquarters.content.bank_items import off_paper, paper_item, paper_situation
from sync.headquarters.content.bank_keeping import keep
from sync.headquarters.content.drafts import Draft, Found
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content_errors import MediaTooLarge
from sync.headquarters.planning import materials
from sync.headquarters.planning.materials import keep_materials, materials_of

FIELD = next(iter(find(LIVE).work_fields))


def imported(desk: Desk) -> Found:
    """The items with what they show."""
    return read_items(pictured(desk.folder, FIELD))


def form_of(found: Found) -> Form:
    """A form of them all."""
    drafts = [draft for draft, _ in found.drafts]
    shared = {one.id: one for one in (paper_situation(d) for d in drafts if d.situation)}
    bank = Bank(LIVE, {d.id: paper_item(d) for d in drafts}, shared, {})
    return assemble(bank, find(LIVE), "f", list(bank.items.values()), "seed")


def test_a_form_says_in_markup_only_what_text_cannot(desk: Desk) -> None:
    form = form_of(imported(desk))
    by_id = {item.id: item for item in form.items()}
    options = dict(by_id["pic-a"].options)
    assert [isinstance(options[one], Markup) for one in "abcd"] == [True, True, False, True]
    assert dict(by_id["pic-b"].options) == {"a": "甲", "b": "乙", "c": "丙", "d": "丁"}
    assert isinstance(by_id["pic-c"].stem, str)
    gap = by_id["inl-d"]
    assert (gap.choose, gap.stem) == ("one", "成交总额（inl-d）的缩写是____。")
    assert gap.options == (("a", "GMV"), ("b", "UV"))
    assert isinstance(form.situations[0].text, Markup)
    assert in_text(options["d"]) == "2 x"
    assert in_html(options["d"]) == "2<sub>x</sub>"


def test_what_its_items_show_is_kept_with_the_session(desk: Desk) -> None:
    desk.session()
    found = imported(desk)
    keep(desk.hq, BY, found, "p.zip")
    form = form_of(found)
    with desk.hq.store.writing() as db:
        keep_materials(db, "morning", [form], {})
        held = materials_of(db, "morning")
    assert sorted(held) == sorted(form.media())
    assert sorted(held.values()) == sorted([PNG, sound()])


def test_a_form_without_its_pictures_or_with_too_many_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.session()
    found = imported(desk)
    form = form_of(found)
    with desk.hq.store.writing() as db, pytest.raises(NotFound):
        keep_materials(db, "morning", [form], {})
    keep(desk.hq, BY, found, "p.zip")
    monkeypatch.setattr(materials, "MOST_SHOWN", 100)
    with desk.hq.store.writing() as db, pytest.raises(MediaTooLarge):
        keep_materials(db, "morning", [form], {})


def test_what_is_chosen_from_a_list_is_text() -> None:
    said = {"a": "x<sub>1</sub>", "b": "乙"}
    members = {"difficulty": 0.5, "rows": {"1": "x<sup>2</sup>", "2": "二"}, "key": ("1 b", "2 a")}
    matching = Draft("q", "matching", "连线", said, **members)  # type: ignore[arg-type]
    assert "text only" in getattr(off_paper(matching), "en", "")
    plain = Draft("q", "matching", "连线", {"a": "甲", "b": "乙"}, **members)  # type: ignore[arg-type]
    assert off_paper(plain) is None
    assert paper_item(plain).markup == {"1": "x<sup>2</sup>"}
