"""Inventories: what a site says it has, what headquarters says it lacks, and the newest contact."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from desk_world import BY, NOW, Box, Desk, Story
from flask.testing import FlaskClient
from sqlalchemy import delete
from test_api import proof

from sync.delivery_errors import InventoryMismatch
from sync.errors import ForOtherSite, SignatureRefused
from sync.headquarters.intake import edge, inventories
from sync.headquarters.intake.archive import list_batches
from sync.headquarters.intake.contacts import Contact, read_contacts
from sync.headquarters.register import sites
from sync.headquarters.store.delivery_tables import contact_sessions, contacts
from sync.headquarters.store.schema import batches, receipts
from sync.spool import Spool
from sync.statements import check_answer
from sync.stock import Found, Stock, Told, write_states
from sync.wire.documents import peek, sign
from sync.wire.inventory import Inventory, InventoryAnswer, SessionState
from sync.wire.keys import VerifyKey


@pytest.fixture(params=["published_desk", "published_on_postgresql"], ids=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Here the session is published when a test begins."""
    found: Desk = request.getfixturevalue(request.param)
    return found


@dataclass
class Site:
    """A site's spool at the end of a line that asks headquarters at once."""

    desk: Desk
    asked: list[Inventory] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    knows_all: bool = True

    def __post_init__(self) -> None:
        self.spool = Spool(self.desk.folder / "spool")
        self.start()

    def start(self, now: Callable[[], int] = lambda: NOW) -> None:
        """A courier that knows nothing of what was before."""
        self.stock = Stock(self.spool, "site-01", self.desk.box.sign, now)

    def put(self, sequence: int, *, there: bool = True, **more: Any) -> str:
        """A batch in the spool, taken in by headquarters or not."""
        story = Story(self.desk)
        story.start("99530051001")
        digest, data = self.desk.batch(story.events, sequence=sequence, **more)
        (self.desk.folder / "made").write_bytes(data)
        self.spool.put_outgoing(self.desk.folder / "made")
        if there:
            edge.accept_bytes(self.desk.hq, data, digest, NOW)
        return digest

    def inventory(self, envelope: bytes) -> Told:
        """What the line does."""
        self.asked.append(peek(envelope, Inventory))
        self.sent.append(envelope)
        return Told(envelope, inventories.answer(self.desk.hq, envelope, "site-01", NOW))

    def check(self, envelope: bytes, to: str) -> InventoryAnswer:
        """As the courier does."""
        return check_answer(envelope, self.key, site="site-01", to=to)

    @property
    def key(self) -> VerifyKey:
        """What the site believes."""
        return VerifyKey.from_bytes(self.desk.hq.keys.public().receipt)

    def exchange(self) -> Found:
        """One contact."""
        found = self.stock.exchange(self, self.check, 0.0)
        assert found is not None
        return found

    @property
    def contact(self) -> Contact:
        """What headquarters believes."""
        (contact,) = read_contacts(self.desk.hq)
        return contact


@pytest.fixture
def site(desk: Desk) -> Site:
    return Site(desk)


def forget(desk: Desk, *digests: str) -> None:
    """What restoring an older copy of the database does."""
    with desk.hq.store.writing() as db:
        for table in (contact_sessions, contacts):
            db.execute(delete(table))
        db.execute(delete(receipts).where(receipts.c.digest.in_(digests)))
        db.execute(delete(batches).where(batches.c.digest.in_(digests)))


def test_when_both_have_the_same_one_small_request_is_enough(site: Site) -> None:
    for sequence in range(5):
        site.put(sequence)
    assert site.exchange().lacks == set()
    (asked,) = site.asked
    assert asked.lists == ()
    assert asked.journals[0].batches.count == 5
    assert len(site.sent[0]) < 1500


def test_a_restored_headquarters_asks_for_just_what_it_lacks_in_one_contact(
    desk: Desk, site: Site
) -> None:
    digests = [site.put(sequence) for sequence in range(6)]
    site.exchange()
    forget(desk, *digests[2:5])
    found = site.exchange()
    assert (found.lacks, found.has) == (set(digests[2:5]), {*digests[:2], digests[5]})
    assert [len(one.lists) for one in site.asked] == [0, 0, 1]
    assert (site.contact.lacking, site.contact.forked) == (3, 0)
    # Once it has them again all is well, and its newest contact says so.
    for digest in digests[2:5]:
        path = site.spool.folder / "outgoing" / f"{digest}.batch"
        edge.accept(desk.hq, path, digest, NOW)
    assert site.exchange().lacks == set()
    assert site.contact.lacking == 0


def test_a_list_is_sent_once_while_nothing_changes(desk: Desk, site: Site) -> None:
    first = site.put(0)
    site.put(1, there=False)
    assert len(site.exchange().lacks) == 1
    site.exchange()
    assert [len(one.lists) for one in site.asked] == [0, 1, 0]
    forget(desk, first)
    assert len(site.exchange().lacks) == 2
    assert [len(one.lists) for one in site.asked[3:]] == [0, 1]


def test_a_site_that_lost_its_spool_says_so(site: Site) -> None:
    for sequence in range(3):
        site.put(sequence)
    write_states(site.spool.folder, [SessionState("morning", "running", 3)])
    site.exchange()
    assert [one.lost for one in site.contact.sessions] == [0]
    for path in (site.spool.folder / "outgoing").iterdir():
        path.unlink()
    site.exchange()
    (session,) = site.contact.sessions
    assert (session.state, session.cut, session.batches, session.lost) == ("running", 3, 0, 3)


def test_another_batch_under_a_number_that_is_taken_is_told_as_a_fork(
    desk: Desk, site: Site
) -> None:
    story = Story(desk)
    story.start("99530051002")
    digest, data = desk.batch(story.events)
    edge.accept_bytes(desk.hq, data, digest, NOW)
    own = site.put(0, there=False)
    assert site.exchange().lacks == {own}
    assert (site.contact.lacking, site.contact.forked) == (1, 1)
    assert [row.digest for row in list_batches(desk.hq)] == [digest]


def test_the_inventory_of_another_site_is_refused(desk: Desk, site: Site) -> None:
    other = Box()
    sites.register(desk.hq, BY, request=other.request(), site="site-02", name="另一考点")
    said = Inventory("site-02", 1, NOW, "examsite", (), (), ())
    for signer, to, error in (
        (other.sign, "site-01", SignatureRefused),
        (desk.box.sign, "site-01", ForOtherSite),
        (desk.box.sign, "site-02", SignatureRefused),
    ):
        with pytest.raises(error):
            inventories.answer(desk.hq, sign(said, signer), to, NOW)
    assert read_contacts(desk.hq) == []
    # The control: its own.
    inventories.answer(desk.hq, sign(said, other.sign), "site-02", NOW)
    assert [contact.site for contact in read_contacts(desk.hq)] == ["site-02"]


@pytest.mark.parametrize("kept", [True, False], ids=["as shipped", "control"])
def test_an_older_inventory_that_is_replayed_makes_headquarters_believe_nothing_less(
    desk: Desk, site: Site, kept: bool
) -> None:
    site.exchange()
    site.put(0)
    write_states(site.spool.folder, [SessionState("morning", "closed", 1)])
    site.exchange()
    before = site.contact
    if not kept:
        with desk.hq.store.writing() as db:
            db.execute(contacts.update().values(number=1))
    inventories.answer(desk.hq, site.sent[0], "site-01", NOW + 9)
    assert (site.contact == before) is kept


def test_a_site_whose_clock_was_set_back_is_told_the_number_and_goes_on(site: Site) -> None:
    site.exchange()
    high = site.contact.number
    site.start(now=lambda: 1_000)
    site.put(0)
    site.exchange()
    assert [one.number for one in site.asked] == [high, 1_000, high + 1]
    assert [one.batches for one in site.contact.sessions] == [1]


def test_an_answer_to_another_inventory_is_not_used(desk: Desk, site: Site) -> None:
    site.exchange()
    old = inventories.answer(desk.hq, site.sent[0], "site-01", NOW)
    with pytest.raises(InventoryMismatch):
        site.check(old, "ab" * 32)
    assert site.check(old, hashlib.sha256(site.sent[0]).hexdigest()).lacks == ()


def test_over_http_only_the_site_itself_hands_its_inventory_in(
    desk: Desk, client: FlaskClient
) -> None:
    path = "/api/v1/inventories"
    said = sign(Inventory("site-01", 1, NOW, "examsite", (), (), ()), desk.box.sign)
    assert client.post(path, data=said).status_code == 401
    headers = proof(desk.box, path, method="POST")
    assert client.post(path, data=b"{}", headers=headers).status_code == 422
    answer = client.post(path, data=said, headers=headers)
    assert answer.status_code == 200
    assert peek(answer.data, InventoryAnswer).site == "site-01"
