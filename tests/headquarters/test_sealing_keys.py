"""Headquarters' live and escrow keys change: what was sealed before still comes in and opens."""

import pytest
from desk_world import BY, NOW, Desk
from msgspec import structs

from sync.errors import CannotOpen
from sync.headquarters.errors import KeyNeeded, TargetNeeded
from sync.headquarters.intake import edge, receipts
from sync.headquarters.intake.groups import accept_group
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.register import holding, keys, sites
from sync.headquarters.register.rotation import rotate
from sync.headquarters.store.engine import Stamp
from sync.headquarters.watch.audits import list_audit
from sync.wire.keys import SECRET_LENGTH, OpeningKey, SealingKey, load_key

LATER = Stamp("tester", NOW + 31 * keys.DAY_MS)


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def batch_of_before(desk: Desk) -> tuple[str, bytes]:
    """What a site without a line seals to the keys that its certificate names."""
    story = desk.published()
    story.close(handed_in=0)
    return desk.batch(story.events, public=sites.certificate_of(desk.hq, "site-01").headquarters)


def live_rotated(desk: Desk) -> str:
    """The id of the live key that another took the place of."""
    old = SealingKey.from_bytes(desk.hq.keys.public().seal).key_id
    rotate(desk.hq, BY, desk.hq.keys.root(), "headquarters", 30)
    return old


def standing_of(desk: Desk, key_id: str, now: int = NOW) -> tuple[str, bool, int | None]:
    row = next(row for row in holding.key_rows(desk.hq, now) if row.key == key_id)
    return row.standing, row.here, row.opens


@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("fate", ["usable", "expired", "revoked"])
def test_what_was_sealed_to_a_former_live_key_is_taken_opened_and_told_apart(
    desk: Desk, fate: str, grouped: bool
) -> None:
    digest, data = batch_of_before(desk)
    old = live_rotated(desk)
    if fate == "revoked":
        keys.revoke(desk.hq, BY, desk.hq.keys.root(), old, "stolen")
    now = LATER.at if fate == "expired" else NOW
    if grouped:
        assert accept_group(desk.hq, [(digest, data)], now) != [None]
    else:
        assert edge.accept_bytes(desk.hq, data, digest, now).new
    assert read_journal(desk.hq, "morning").terms[0].final
    assert standing_of(desk, old, now) == (fate, True, 1)
    said = next(row.what for row in list_audit(desk.hq) if row.act == "batch.receive")
    assert (f'"sealed_to_key":"{fate}"' in said) == (fate != "usable")


def test_without_the_seed_of_before_its_batches_would_not_open(desk: Desk) -> None:
    digest, data = batch_of_before(desk)
    live_rotated(desk)
    assert edge.accept_bytes(desk.hq, data, digest, NOW).new
    (desk.hq.folder / "keys" / "seal.seed").unlink()
    with pytest.raises(CannotOpen, match=SealingKey.from_bytes(_certified(desk)).key_id):
        read_journal(desk.hq, "morning")


def _certified(desk: Desk) -> bytes:
    return sites.certificate_of(desk.hq, "site-01").headquarters.seal


def test_what_the_new_key_seals_comes_in_and_opens(desk: Desk) -> None:
    live_rotated(desk)
    target = desk.folder / "escrow.seed"
    rotate(desk.hq, BY, desk.hq.keys.root(), "escrow", 30, target=target)
    story = desk.published()
    story.close(handed_in=0)
    digest, data = desk.batch(story.events)
    assert edge.accept_bytes(desk.hq, data, digest, NOW).new
    assert read_journal(desk.hq, "morning").terms[0].final
    fresh = OpeningKey.from_seed(load_key(target, SECRET_LENGTH)).public
    assert desk.hq.keys.public().escrow == fresh.to_bytes() != _certified(desk)
    # It never lay on this machine.
    assert standing_of(desk, fresh.key_id) == ("usable", False, 1)


@pytest.mark.parametrize(("member", "kind"), [("seal", "live"), ("escrow", "escrow")])
def test_what_is_sealed_to_a_key_never_heard_of_is_kept_and_taken_once_it_is_known(
    desk: Desk, member: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_rotated(desk)
    stranger = OpeningKey.generate().public
    to = structs.replace(desk.hq.keys.public(), **{member: stranger.to_bytes()})
    digest, data = desk.batch(desk.published().events, public=to)
    with pytest.raises(CannotOpen):
        edge.accept_bytes(desk.hq, data, digest, NOW)
    assert desk.hq.refused.read(digest) == data
    # As after an old copy of the database was brought back, and the root signed a new register.
    trust = receipts.trust(desk.hq)
    known = getattr(trust.sealing, kind) | {stranger.key_id}
    trust = trust._replace(sealing=trust.sealing._replace(**{kind: known}))
    monkeypatch.setattr(receipts, "trust", lambda _: trust)
    assert edge.accept_bytes(desk.hq, data, digest, NOW).new


def test_the_last_key_that_sites_seal_to_is_not_revoked(desk: Desk) -> None:
    public, root = desk.hq.keys.public(), desk.hq.keys.root()
    for raw in (public.seal, public.escrow):
        with pytest.raises(KeyNeeded):
            keys.revoke(desk.hq, BY, root, SealingKey.from_bytes(raw).key_id, "lost")
    for role in ("release", "escrow"):
        with pytest.raises(TargetNeeded):
            rotate(desk.hq, BY, root, role, 30)
    assert keys.newest(desk.hq) is None


def test_rotated_twice_only_the_newest_has_no_end_and_all_still_open(desk: Desk) -> None:
    first = live_rotated(desk)
    second = live_rotated(desk)
    register = keys.register_of(desk.hq)
    assert register is not None
    without_end = [one for one in register.keys if one.role == "headquarters" and one.until is None]
    assert without_end == [register.newest("headquarters")]
    assert {first, second, without_end[0].key_id} == set(desk.hq.keys.live())
