"""`examsite status` and the page say how far deliveries are, also while the service runs."""

import json
from pathlib import Path

import world
from click.testing import CliRunner
from room import staff_browser

from siteapp.cli import main
from siteapp.site import Site
from sync.delivery_errors import UnsignedRefusal
from sync.progress import note_half
from sync.spool import CourierStatus, Held, Spool
from sync.wire.documents import Receipt, sign

AM = "am-1121"


def run(folder: Path, *args: str, lang: str = "en") -> str:
    done = CliRunner().invoke(main, ["--data", str(folder), "--lang", lang, "status", *args])
    assert done.exit_code == 0, done.output
    return done.output


def trouble(spool: Spool, digest: str) -> None:
    """A courier's round in which a batch did not get through."""
    error = UnsignedRefusal(reason_zh="代理拒绝", reason_en="a proxy said no").to_json()
    status = CourierStatus(
        round_at=1_770_000_000_000,
        last_contact=None,
        last_error_code="unsigned-refusal",
        last_error_at=1_770_000_000_000,
        errors=(error,),
        next_round_s=1.0,
        summary=spool.summary(),
        held={digest: Held(3, error)},
    )
    spool.write_status("http", status)


def test_before_anything_is_packed_it_says_that_nothing_went(site_folder: Path) -> None:
    assert "has not run yet" in run(site_folder)


def test_it_counts_by_session_and_state_while_the_service_holds_the_folder(
    hq: world.Headquarters, open_site: Site
) -> None:
    digest = open_site.packer.cut(open_site.live.session(AM))
    assert digest is not None
    told = json.loads(run(open_site.folder, "--json"))
    (one,) = told["sessions"]
    size = one["waiting"]["size"]
    assert (one["session"], one["waiting"]["count"], size > 0) == (AM, 1, True)
    receipt = Receipt(digest, size, "site-01", AM, 1, 0, "archived", 1)
    open_site.spool.add_receipt(digest, "archived", sign(receipt, hq.receipt))
    (one,) = json.loads(run(open_site.folder, "--json"))["sessions"]
    assert (one["waiting"]["count"], one["archived"]) == (0, {"count": 1, "size": size})


def test_bytes_of_a_file_that_is_there_by_half_are_counted(
    hq: world.Headquarters, open_site: Site
) -> None:
    digest = open_site.packer.cut(open_site.live.session(AM))
    assert digest is not None
    size = open_site.spool.outgoing()[0].size

    def sent() -> int:
        return int(json.loads(run(open_site.folder, "--json"))["sessions"][0]["sent"])

    assert sent() == 0
    note_half(open_site.spool.folder, digest, 1024)
    assert sent() == 1024
    of = -(-size // 1024)
    # The table is cut to the width of the terminal; the page has room.
    page = staff_browser(open_site, "administrator")
    assert f"已到总部 1 KiB，共 {of} KiB" in page.get("/admin/deliveries").text
    receipt = Receipt(digest, size, "site-01", AM, 1, 0, "received", 1)
    open_site.spool.add_receipt(digest, "received", sign(receipt, hq.receipt))
    assert sent() == size
    (open_site.spool.folder / "half.json").write_bytes(b"{")
    assert sent() == size


def test_what_does_not_get_through_is_named_on_the_shell_and_on_the_page(open_site: Site) -> None:
    digest = open_site.packer.cut(open_site.live.session(AM))
    assert digest is not None
    page = staff_browser(open_site, "administrator")
    assert "代理拒绝" not in page.get("/admin/deliveries").text
    trouble(open_site.spool, digest)
    assert "failed 3 times: Not taken" in run(open_site.folder)
    shown = page.get("/admin/deliveries").text
    assert ("第 3 次未成功" in shown, "代理拒绝" in shown) == (True, True)


def test_a_refused_batch_is_sent_again_when_a_person_says_so(site_folder: Path) -> None:
    spool = Spool(site_folder / "spool")
    source = site_folder / "finished"
    source.write_bytes(b"batch")
    digest = spool.put_outgoing(source)

    def ask(named: str) -> int:
        return CliRunner().invoke(main, ["--data", str(site_folder), "send-again", named]).exit_code

    # Not refused, or not named well enough: nothing is done.
    assert ask(digest) == 9
    spool.refuse(digest, UnsignedRefusal(reason_zh="否", reason_en="no"))
    assert (ask(digest[:7]), ask("0" * 64), spool.state(digest)) == (9, 9, "refused")
    assert (ask(digest[:16]), spool.state(digest)) == (0, "waiting")


def test_a_damaged_file_is_counted_and_not_left_out(open_site: Site) -> None:
    digest = open_site.packer.cut(open_site.live.session(AM))
    path = open_site.spool.folder / "outgoing" / f"{digest}.batch"
    path.chmod(0o600)
    path.write_bytes(b"no batch")
    (one,) = json.loads(run(open_site.folder, "--json"))["sessions"]
    assert (one["session"], one["waiting"]["count"]) == ("?", 1)
