"""Headquarters refuses a former server's batch and says so signed; the old server fences itself."""

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest
import world
from room import browser
from together import AM, outcome, put, wait_until

from siteapp.site import Site
from sync.delivery_errors import RefusedByHeadquarters
from sync.headquarters.errors import FormerServer
from sync.wire.documents import LaterServer, sign
from sync.wire.keys import SigningKey
from sync.words import Words


def refused(site: Site, notice: bytes) -> None:
    """The courier keeps headquarters' answer in the spool, as it is."""
    site.packer.cut(site.live.session(AM))
    (entry, *_) = site.spool.outgoing()
    answer = FormerServer(notice, server_term=1, latest=2).to_json()
    site.spool.refuse(entry.digest, RefusedByHeadquarters(Words("晚", "late"), answer))


def later(hq: world.Headquarters, of: Site, **other: Any) -> bytes:
    made = LaterServer(site=of.identity.site, server_term=2, at=1)
    return sign(msgspec.structs.replace(made, **other), hq.receipt)


def test_a_signed_notice_fences_the_old_server_for_ever(
    hq: world.Headquarters, open_folder: Path
) -> None:
    (open_folder / "settings.toml").write_text("batch_seconds = 1")
    site = Site(open_folder)
    put(site, "kept")
    refused(site, later(hq, site))
    site.start()
    wait_until(lambda: site.standby.fenced is not None)
    said = browser(site).get("/health")
    assert (said.status_code, said.json["error"]["code"]) == (503, "server-fenced")
    site.close()
    again = Site(open_folder)
    assert browser(again).get("/health").status_code == 503
    again.close()


def test_a_damaged_key_register_sets_no_fenced_server_free(
    hq: world.Headquarters, open_folder: Path
) -> None:
    site = Site(open_folder)
    put(site, "kept")
    refused(site, later(hq, site))
    site.standby.look_at(site.spool)
    site.close()
    (open_folder / "spool" / "keys.json").write_bytes(b"rot")
    again = Site(open_folder)
    assert browser(again).get("/health").status_code == 503
    again.close()


@pytest.mark.parametrize("other", [{"site": "site-09"}, {"server_term": 1}])
def test_a_notice_of_another_site_or_of_no_later_term_fences_nobody(
    hq: world.Headquarters, open_site: Site, other: dict[str, Any]
) -> None:
    put(open_site, "kept")
    refused(open_site, later(hq, open_site, **other))
    open_site.standby.look_at(open_site.spool)
    assert open_site.standby.fenced is None


def test_a_notice_that_headquarters_did_not_sign_fences_nobody(open_site: Site) -> None:
    put(open_site, "kept")
    made = LaterServer(site=open_site.identity.site, server_term=2, at=1)
    for notice in (b"", b"{}", sign(made, SigningKey.generate()), base64.b64encode(b"x")):
        refused(open_site, notice)
        assert outcome(lambda: open_site.standby.look_at(open_site.spool)) == "stored"
        assert open_site.standby.fenced is None
