"""Commands by which boxes become sites: invite, confirm, allow a replacement, withdraw."""

from pathlib import Path
from typing import Any

import click

from sync.console import language, say, show_json
from sync.headquarters.commands.base import LIMIT, OUT_FILE, json_option, opened, show, stamp
from sync.headquarters.commands.desk import site
from sync.headquarters.commands.officer import Officer, officer_options
from sync.headquarters.register import invitations, site_requests
from sync.headquarters.register.staff import Role
from sync.wire.documents import to_bytes
from sync.wire.files import write_durably

__all__ = ["site"]
# As on the pages.
ROLE: Role = "exam-officer"


@site.command("invite")
@click.argument("site_id")
@click.option("--name", required=True, help="The school's name.")
@click.option("--address", required=True, help="Where boxes reach headquarters: https://host.")
@click.option("--out", type=OUT_FILE, required=True, help="Where the bundle goes.")
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=invitations.DAYS,
    show_default=True,
    help="How long it can be used.",
)
@officer_options
@json_option
@click.pass_obj
def site_invite(
    folder: Path,
    site_id: str,
    name: str,
    address: str,
    out: Path,
    days: int,
    account: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Make the enrolment bundle of a site: for one box, once."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, ROLE)
        bundle = invitations.invite(
            hq, by, site=site_id, name=name, address=address.rstrip("/"), days=days
        )
    write_durably(out, to_bytes(bundle), 0o600)
    token = bundle.key.public.key_id
    if as_json:
        show_json({"invitation": token, "site": site_id, "expires_at": bundle.expires_at})
        return
    say(
        f"登记包 {token} 已写入 {out}，{days} 天内有效，只能用一次",
        f"Bundle {token} is in {out}: good for {days} days and for one box",
    )
    say(
        "它含有令牌：请当面或用密封件交给考点，用后删除；总部不再保存",
        "It holds a token: hand it over sealed, delete it after use; it is not kept here",
    )


@site.command("invitations")
@LIMIT
@json_option
@click.pass_obj
def site_invitations(folder: Path, limit: int, as_json: bool) -> None:
    """What was given to sites, and what became of it."""
    at = stamp().at
    with opened(folder) as hq:
        found = invitations.list_invitations(hq, limit)
    rows: list[dict[str, Any]] = [
        {
            "id": one.id,
            "site": one.site,
            "standing": one.standing(at),
            "expires_at": one.expires_at,
            "used_at": one.used_at,
            "replaces": one.replaces,
            "made_by": one.made_by,
        }
        for one in found
    ]
    show(rows, ["id", "site", "standing", "expires_at", "used_at", "replaces"], as_json)


@site.command("requests")
@LIMIT
@json_option
@click.pass_obj
def site_requests_command(folder: Path, limit: int, as_json: bool) -> None:
    """Boxes that came with a token: waiting, enrolled, or refused and why."""
    with opened(folder) as hq:
        found = site_requests.list_requests(hq, limit)
        waiting = {one.digest for one in site_requests.list_waiting(hq, limit)}
    rows: list[dict[str, Any]] = [
        {
            "request": one.digest[:16],
            "site": one.site,
            "state": _state(one, waiting),
            "code": one.code,
            "at": one.at,
            "from": one.origin,
            # Those of a request that waits are heard from the site, and not read here.
            "words": None if one.state == "waiting" else " ".join(one.six.in_(language())),
        }
        for one in found
    ]
    show(rows, ["request", "site", "state", "code", "at", "from", "words"], as_json)


def _state(one: site_requests.RequestRow, waiting: set[str]) -> str:
    """What became of a request; nobody waits any more whose bundle was withdrawn."""
    return "withdrawn" if one.state == "waiting" and one.digest not in waiting else one.state


@site.command("confirm")
@click.argument("site_id")
@click.argument("words", nargs=-1, required=True)
@officer_options
@click.pass_obj
def site_confirm(
    folder: Path, site_id: str, words: tuple[str, ...], account: str, password_file: Path | None
) -> None:
    """Give a waiting box its certificate: WORDS are the six that the site reads out by phone."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, ROLE)
        said = " ".join(words)
        digest = site_requests.waiting_of(hq, site_id, said)
        serial = site_requests.confirm(hq, by, digest, said)
    say(
        f"考点 {site_id} 已登记（第 {serial} 次），考点服务器会自动取得证书",
        f"Site {site_id} enrolled (serial {serial}); its box fetches the certificate",
    )
    say("用 U 盘的，请再运行一次 examhq stick", "If it came by stick run `examhq stick` once more")


@site.command("allow")
@click.argument("invitation")
@officer_options
@click.pass_obj
def site_allow(folder: Path, invitation: str, account: str, password_file: Path | None) -> None:
    """Allow, as the second person, that a site's box is replaced."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, ROLE)
        invitations.allow(hq, by, invitation)
    say(f"已批准更换：{invitation}", f"Replacement allowed: {invitation}")


@site.command("withdraw")
@click.argument("invitation")
@officer_options
@click.pass_obj
def site_withdraw(folder: Path, invitation: str, account: str, password_file: Path | None) -> None:
    """Take a bundle back: the box that came with it gets no certificate."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, ROLE)
        invitations.withdraw(hq, by, invitation)
    say(f"已作废：{invitation}", f"Withdrawn: {invitation}")
