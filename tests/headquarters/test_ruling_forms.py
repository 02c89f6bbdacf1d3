"""The form of a correction for pairs and texts: what it shows, what it says, what it refuses."""

import kinds
import msgspec
import pytest
from desk_world import BY, Desk, Page
from sqlalchemy import select, update

from sync.exam.items import Bank
from sync.exam.marking import Marker, Ruling, authored_ruling
from sync.headquarters.desk_errors import CorrectionRefused
from sync.headquarters.marking import corrections
from sync.headquarters.marking.rulings import key_typed, list_corrections
from sync.headquarters.store.schema import forms
from sync.headquarters.web.ruling_forms import ruling_of

PAIRS = {"kind": "keys", "pair-1": "b", "pair-2": "c", "pair-3": "a"}
ORDER = {"kind": "keys", "pair-1": "b", "pair-2": "a", "pair-3": "c", "pair-4": "d"}


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """A published session whose forms hold an item of each kind."""
    with published_desk.hq.store.writing() as db:
        for row in db.execute(select(forms)).all():
            bank = msgspec.json.decode(row.bank, type=Bank)
            form = msgspec.json.encode(kinds.form_of(row.id)).decode()
            items = bank.items | kinds.BANK.items
            both = msgspec.json.encode(msgspec.structs.replace(bank, items=items)).decode()
            this = forms.c.id == row.id
            db.execute(update(forms).where(this).values(form=form, bank=both))
    return published_desk


def propose(page: Page, item: str, **form: str) -> int:
    about = {"sitting": "live", "item": item, "reason": "答案有误"}
    return page.client.post("/sessions/morning/corrections", data=about | form).status_code


def proposed(desk: Desk) -> list[tuple[tuple[str, ...], ...]]:
    return [one.after.keys for one in list_corrections(desk.hq, "morning")][::-1]


def test_pairs_an_order_and_texts_are_corrected_on_the_page(desk: Desk, officer: Page) -> None:
    assert propose(officer, kinds.MATCHING.id, **PAIRS) == 303
    assert propose(officer, kinds.ORDERING.id, **ORDER, also="1") == 303
    assert propose(officer, kinds.ENTRY.id, kind="keys", keys="GMV\r\n 成交 总额 \n\n成交额") == 303
    assert proposed(desk) == [
        (("1b", "2c", "3a"),),
        (("1b", "2a", "3c", "4d"), ("1b", "2c", "3a", "4d")),
        (("gmv",), ("成交 总额",), ("成交额",)),
    ]


def test_the_form_offers_each_row_with_the_authored_answer_chosen(
    desk: Desk, officer: Page
) -> None:
    text = officer.get(f"/sessions/morning/corrections?sitting=live&item={kinds.MATCHING.id}")
    assert text.count('<select id="pair-') == 3
    assert text.count(" selected>") == 3
    text = officer.get(f"/sessions/morning/corrections?sitting=live&item={kinds.ENTRY.id}")
    assert "GMV\n成交总额</textarea>" in text
    english = officer.get(
        f"/sessions/morning/corrections?sitting=live&item={kinds.ORDERING.id}&lang=en"
    )
    assert "Place 4" in english


@pytest.mark.parametrize(
    ("item", "form"),
    [
        (kinds.MATCHING, PAIRS | {"pair-2": ""}),
        (kinds.MATCHING, PAIRS | {"pair-2": "z"}),
        (kinds.ORDERING, ORDER | {"pair-2": "b"}),
        (kinds.MATCHING, {"kind": "keys", "pair-1": "b", "pair-2": "a", "pair-3": "c"}),
        (kinds.ENTRY, {"kind": "keys", "keys": " \n "}),
        (kinds.ENTRY, {"kind": "keys", "keys": "长" * 501}),
    ],
)
def test_what_could_not_be_marked_so_or_changes_nothing_is_refused(
    desk: Desk, officer: Page, item: kinds.Item, form: dict[str, str]
) -> None:
    assert propose(officer, item.id, **form) == 422
    assert proposed(desk) == []
    assert propose(officer, "no-such-item", **form) == 404


def marks_of(response: list[str], ruling: Ruling) -> int:
    """What the ordering item brings under this ruling."""
    rulings = {name: authored_ruling(item) for name, item in kinds.BANK.items.items()}
    marker = Marker(kinds.form_of("f"), rulings | {kinds.ORDERING.id: ruling}, "all-or-nothing")
    return marker.mark({kinds.ORDERING.id: response}).marks


def test_a_corrected_order_gives_the_marks_to_both_where_both_are_right() -> None:
    ruling = ruling_of(kinds.ORDERING, ORDER | {"also": "1"})
    for response in (["1b", "2a", "3c", "4d"], list(kinds.ORDERING.key)):
        assert marks_of(response, ruling) == 2
    alone = ruling_of(kinds.ORDERING, ORDER)
    assert marks_of(list(kinds.ORDERING.key), alone) == 0
    with pytest.raises(CorrectionRefused):
        ruling_of(kinds.ORDERING, ORDER | {"kind": "other"})


def test_the_shell_takes_pairs_and_texts_too(desk: Desk) -> None:
    found = corrections.authored_item(desk.hq, "morning", "live", kinds.MATCHING.id)
    assert key_typed(found, "1b 2C3a") == ("1b", "2c", "3a")
    assert key_typed(kinds.ENTRY, "成交额") == ("成交额",)
    assert key_typed(kinds.TRUTH, "b") == ("b",)
    assert BY.who
