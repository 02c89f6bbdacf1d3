"""To whom a site seals: the newest keys of the register, and never nobody."""

import pytest
import world
from batched import cut
from registering import DAY, ISSUED, entry, signed
from together import put

from siteapp.site import Site
from sync.wire.keys import OpeningKey
from sync.wire.sealed import SealedDocument

NEW_LIVE, NEW_ESCROW = OpeningKey.generate(), OpeningKey.generate()


def sealed_to(site: Site) -> list[set[str]]:
    """The recipients of each batch of the spool, the oldest first."""
    site_key = site.identity.sign.public
    documents = (
        SealedDocument.verify(entry.path, kind="batch", trusted=[site_key])
        for entry in site.spool.outgoing()
    )
    return [set(one.recipients("events")) for one in documents]


def ids(*keys: OpeningKey) -> set[str]:
    return {key.public.key_id for key in keys}


@pytest.mark.parametrize("fate", ["usable", "ended", "revoked"])
def test_the_next_batch_is_sealed_to_the_newest_keys_and_the_last_one_stays(
    hq: world.Headquarters, open_site: Site, fate: str
) -> None:
    cut(open_site)
    until = {"usable": ISSUED + DAY, "ended": ISSUED, "revoked": None}[fate]
    revoked = ISSUED if fate == "revoked" else None
    old = entry("headquarters", hq.seal, until=until, revoked=revoked)
    escrow = entry("escrow", hq.escrow, until=ISSUED + DAY)
    new = [entry("headquarters", NEW_LIVE), entry("escrow", NEW_ESCROW)]
    open_site.identity.register.take(signed(hq, old, escrow, *new))
    put(open_site, "something")
    cut(open_site)
    assert sealed_to(open_site) == [ids(hq.seal, hq.escrow), ids(NEW_LIVE, NEW_ESCROW)]


def test_a_register_that_names_no_other_keys_changes_nothing(
    hq: world.Headquarters, open_site: Site
) -> None:
    open_site.identity.register.take(signed(hq))
    cut(open_site)
    assert sealed_to(open_site) == [ids(hq.seal, hq.escrow)]


def test_a_damaged_register_holds_back_no_answer(hq: world.Headquarters, open_site: Site) -> None:
    new = [entry("headquarters", NEW_LIVE), entry("escrow", NEW_ESCROW)]
    open_site.identity.register.take(signed(hq, *new))
    (open_site.identity.folder / "spool" / "keys.json").write_bytes(b"\0")
    cut(open_site)
    assert sealed_to(open_site) == [ids(hq.seal, hq.escrow)]
