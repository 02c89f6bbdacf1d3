"""Papers out of the bank in the database: what may be drawn, the same each time, fixed as seen."""

import json
import re

import msgspec
import pytest
from banked import REVIEWER, fill, own_drafts, review
from click.testing import CliRunner
from desk_world import BY, LIVE, Desk, Page
from sqlalchemy import select, text
from together import at_once, wait_until

from sync.errors import BlueprintUnmet, SpecificationRefused, TooManyRepeats
from sync.exam.blueprint import blueprint
from sync.exam.catalogue import find
from sync.headquarters.cli import main
from sync.headquarters.content.bank_keeping import keep, take_samples
from sync.headquarters.content.bank_review import decide, kept_item, save
from sync.headquarters.content.bank_search import Asked, find_items, like_items, supplies
from sync.headquarters.content.drafts import Found, Place
from sync.headquarters.content_errors import BankMoved, ItemChanged
from sync.headquarters.planning import sessions
from sync.headquarters.planning.bank_papers import Proposal, Wish, fix, propose
from sync.headquarters.planning.materials import materials_of
from sync.headquarters.store.bank_tables import bank_items
from sync.headquarters.store.schema import exposures
from sync.words import Words

WISH = Wish(LIVE, forms=2, seed="s")
PLACE = "/sessions/noon/papers"


def session(desk: Desk, name: str = "noon", kind: str = "examination") -> None:
    sessions.create_session(
        desk.hq,
        BY,
        session=name,
        site="site-01",
        name=Words("中午场", "Noon"),
        kind=kind,  # type: ignore[arg-type]
        starts_at="2026-12-05T12:00+08:00",
        room="第一机房",
        seed="seed",
    )


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A bank of our own, reviewed, and a draft examination."""
    session(desk)
    drafts = own_drafts()
    fill(desk, drafts)
    review(desk, drafts)
    return desk


def test_two_forms_keep_the_blueprint_share_nothing_and_are_equally_hard(full: Desk) -> None:
    found = propose(full.hq, "noon", "live", WISH)
    rules = find(LIVE)
    for one in found.drawn:
        counts: dict[tuple[str, str], int] = {}
        for item in one.form.items():
            whole = found.bank.items[item.id]
            counts[whole.kind, whole.field] = counts.get((whole.kind, whole.field), 0) + 1
            assert item.stem == whole.stem and dict(item.options) == whole.options
        assert counts == {(c.kind, c.field): c.items for c in blueprint(rules.component("theory"))}
        assert (one.shared, one.repeated) == (0, 0)
        assert sum(f.share for f in found.fields(one.form)) == pytest.approx(100, abs=0.3)
        assert all(abs(f.share - f.wanted) <= 5 for f in found.fields(one.form))
    first, second = (one.easiness or 0 for one in found.drawn)
    assert abs(first - second) < 1
    again = propose(full.hq, "noon", "live", WISH)
    assert again.digest == found.digest
    other = msgspec.structs.replace(WISH, seed="other")
    assert propose(full.hq, "noon", "live", other).digest != found.digest


def test_what_is_fixed_is_what_was_looked_at_with_its_keys(full: Desk) -> None:
    found = propose(full.hq, "noon", "live", WISH)
    added = fix(full.hq, BY, "noon", "live", WISH, found.digest, earliest_hand_in=20)
    assert added.plan.earliest_hand_in == 20
    form, bank = sessions.load_form(full.hq, "noon", "live-A")
    assert form == found.drawn[0].form
    assert all(bank.items[item.id].key for item in form.items())


def test_a_bank_that_moved_in_between_is_noticed(full: Desk) -> None:
    found = propose(full.hq, "noon", "live", WISH)
    used = found.drawn[0].form.items()[0].id
    draft = kept_item(full.hq, used).draft
    decide(full.hq, REVIEWER, used, 1, "retired", "旧")
    with pytest.raises(BankMoved):
        fix(full.hq, BY, "noon", "live", WISH, found.digest)
    assert sessions.list_sittings(full.hq, "noon") == []
    # Nothing else stands in the way.
    decide(full.hq, REVIEWER, used, 1, "draft", "还是用")
    decide(full.hq, REVIEWER, used, 1, "reviewed", "")
    assert kept_item(full.hq, used).draft == draft
    fix(full.hq, BY, "noon", "live", WISH, found.digest)


def test_an_examination_takes_no_draft_no_retired_item_and_no_sample(desk: Desk) -> None:
    session(desk)
    session(desk, "trial", "rehearsal")
    drafts = own_drafts()
    fill(desk, drafts)
    take_samples(desk.hq, BY, LIVE)
    with pytest.raises(BlueprintUnmet) as refused:
        propose(desk.hq, "noon", "live", WISH)
    cells = [c for c in blueprint(find(LIVE).component("theory")) if c.items]
    assert len(refused.value.problems) == len(cells)
    assert all("仅有 0 题" in one.zh for one in refused.value.problems)
    # A rehearsal takes the samples, and none of ours.
    trial = propose(desk.hq, "trial", "live", WISH)
    assert {i.id.startswith("x-") for i in trial.bank.items.values()} == {False}
    review(desk, drafts)
    found = propose(desk.hq, "noon", "live", WISH)
    assert {i.id.startswith("x-") for i in found.bank.items.values()} == {True}


def test_an_edited_item_is_out_until_it_is_reviewed_again(full: Desk) -> None:
    one = propose(full.hq, "noon", "live", WISH).drawn[0].form.items()[0].id
    draft = msgspec.structs.replace(kept_item(full.hq, one).draft, reason="新的解析")
    save(full.hq, BY, draft, find(LIVE), 1)
    assert one not in ids(propose(full.hq, "noon", "live", WISH))
    decide(full.hq, REVIEWER, one, 2, "reviewed", "")
    assert one in ids(propose(full.hq, "noon", "live", WISH))


def ids(found: Proposal) -> set[str]:
    return {item.id for one in found.drawn for item in one.form.items()}


def test_the_band_and_the_limit_of_repeats_are_the_wishes_own(full: Desk) -> None:
    band = msgspec.structs.replace(WISH, forms=1, low=55, high=85)
    found = propose(full.hq, "noon", "live", band)
    assert all(0.55 <= item.difficulty <= 0.85 for item in found.bank.items.values())
    assert found.specification.component("theory").difficulty == (55, 85)
    with pytest.raises(BlueprintUnmet, match="8 needed, 0 there"):
        propose(full.hq, "noon", "live", msgspec.structs.replace(WISH, low=89))
    with pytest.raises(SpecificationRefused):
        propose(full.hq, "noon", "live", msgspec.structs.replace(WISH, low=80, high=20))
    seen = [
        {"specification": LIVE, "item": draft.id, "day": "2026-11-01"} for draft in own_drafts()
    ]
    with full.hq.store.writing() as db:
        db.execute(exposures.insert(), seen)
    assert propose(full.hq, "noon", "live", WISH).drawn[0].repeated == 65
    with pytest.raises(TooManyRepeats):
        propose(full.hq, "noon", "live", msgspec.structs.replace(WISH, repeats=10))


def test_the_page_shows_the_papers_and_fixes_them(full: Desk, officer: Page) -> None:
    assert "组卷预览" in officer.get(PLACE)
    asked = {"sitting": "live", "specification": LIVE, "forms": "2", "seed": "s"}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page = officer.get(f"{PLACE}?{query}")
    digest = propose(full.hq, "noon", "live", WISH).digest
    assert digest in page and "live-A" in page and "live-B" in page
    assert officer.client.post(PLACE, data=asked | {"digest": "0" * 64}).status_code == 409
    for unseen in ({}, {"digest": ""}):
        assert officer.client.post(PLACE, data=asked | unseen).status_code == 409
    done = officer.client.post(PLACE, data=asked | {"digest": digest, "hand-in": "15"})
    assert done.status_code == 303
    assert sessions.list_sittings(full.hq, "noon")[0].plan.earliest_hand_in == 15
    # A second time there is one already, and after it the page is as before.
    assert officer.client.post(PLACE, data=asked | {"digest": digest}).status_code == 409


def test_a_paper_with_pictures_and_formulas_is_shown_and_fixed_with_its_files(
    desk: Desk, officer: Page
) -> None:
    session(desk)
    shown = f"media/{'ab' * 16}.png"
    more = f'<img src="{shown}" alt="图"/>H<sub>2</sub>O'
    plain = own_drafts()
    drafts = [
        msgspec.structs.replace(one, stem=f"<p>{one.stem}{more}</p>", media=(shown,))
        if one.kind == "single"
        else one
        for one in plain
    ]
    found = Found(tuple((one, Place("p.zip")) for one in drafts), (), {shown: b"\x89PNG\r\n"})
    keep(desk.hq, BY, found, "p.zip", LIVE)
    review(desk, drafts)
    asked = {"sitting": "live", "specification": LIVE, "forms": "1", "seed": "s"}
    page = officer.get(f"{PLACE}?sitting=live&specification={LIVE}&forms=1&seed=s")
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest
    done = officer.client.post(PLACE, data=asked | {"digest": digest[1]})
    assert done.status_code == 303
    assert sessions.load_form(desk.hq, "noon", "live-A")[0].media() == [shown]
    with desk.hq.store.reading() as db:
        assert materials_of(db, "noon") == {shown: b"\x89PNG\r\n"}


def test_why_there_is_no_paper_is_said_cell_by_cell(desk: Desk, officer: Page) -> None:
    session(desk)
    page = officer.get(f"{PLACE}?sitting=live&specification={LIVE}&low=abc&forms=99")
    # Once in the message, and once for each cell.
    assert "题库不足以组卷" in page and page.count("仅有 0 题") == 1 + 9
    officer.get(f"{PLACE}?sitting=live&specification=none", 404)


def test_the_command_draws_and_keeps(full: Desk) -> None:
    def run(*words: str) -> dict[str, object]:
        given = ["--data", str(full.hq.folder), "papers", "draw", "noon", "live", "--json"]
        done = CliRunner().invoke(main, [*given, "--specification", LIVE, "--seed", "s", *words])
        assert done.exit_code == 0, done.output
        return json.loads(done.output)  # type: ignore[no-any-return]

    digest = propose(full.hq, "noon", "live", WISH).digest
    assert run("--dry-run")["digest"] == digest
    assert sessions.list_sittings(full.hq, "noon") == []
    assert run()["digest"] == digest
    assert [one.plan.id for one in sessions.list_sittings(full.hq, "noon")] == ["live"]


@pytest.mark.parametrize("bare_desk", ["postgresql"], indirect=True)
def test_on_postgresql_it_is_the_same(bare_desk: Desk) -> None:
    desk = bare_desk
    session(desk)
    drafts = own_drafts()
    fill(desk, drafts)
    take_samples(desk.hq, BY, LIVE)
    review(desk, drafts[:-1])
    decide(desk.hq, REVIEWER, drafts[-1].id, 1, "reviewed", "")
    assert propose(desk.hq, "noon", "live", WISH).drawn[0].form.items()
    with pytest.raises(ItemChanged):
        save(desk.hq, BY, drafts[0], find(LIVE), 7)
    changed = msgspec.structs.replace(drafts[0], reason="新的解析")
    assert save(desk.hq, BY, changed, find(LIVE), 1) == 2
    assert kept_item(desk.hq, drafts[0].id).state == "draft"
    found = find_items(desk.hq, LIVE, Asked(text="柑橘", state="draft", use="never"), 10)
    assert [one.id for one in found] == ["530051-1-A-S01", drafts[0].id]
    assert sum(one.drawable for one in supplies(desk.hq, find(LIVE))) == len(drafts) - 1
    assert like_items(desk.hq, LIVE, found[0].stem, found[0].id)[0] == (drafts[0].id, 1.0)
    a_review_meets_who_saves(desk, drafts[1].id)


def a_review_meets_who_saves(desk: Desk, item: str) -> None:
    """Two who press at once: what nobody looked at is not reviewed."""
    this = bank_items.c.id == item
    with desk.hq.store.writing() as db:
        # As `save`, that has not committed yet.
        version = db.scalar(select(bank_items.c.version).where(this).with_for_update())
        db.execute(bank_items.update().where(this).values(version=2, state="draft"))
        works = [lambda: decide(desk.hq, REVIEWER, item, version or 0, "retired", "旧")]
        (thread,), outcomes = at_once(works)
        waits = text("SELECT 1 FROM pg_locks WHERE NOT granted")
        wait_until(lambda: desk.hq.store.ask(waits))
    thread.join()
    assert outcomes == ["ItemChanged"]
    with desk.hq.store.reading() as db:
        assert db.scalar(select(bank_items.c.state).where(this)) == "draft"
