"""`examsite status` and `send-again`: deliveries from the shell, also while the services run."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from siteapp.alarms.words import words_of
from siteapp.config import Settings
from siteapp.identity import load_identity
from siteapp.store.alarms import Kept, all_alarms, to_json
from siteapp.store.checked import beside
from sync.console import language, say, show_json, show_table
from sync.errors import NotFound
from sync.progress import Progress, by_session
from sync.spool import CourierStatus, Spool

WAYS = ("http", "stick")
# Of a digest, so that it is the one that was meant.
SHORTEST = 8


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def status_command(folder: Path, as_json: bool) -> None:
    """What is packed, received and archived, what the courier last met with, and what is wrong."""
    identity, settings = load_identity(folder), Settings.load(folder)
    spool = Spool(folder / "spool")
    found = by_session(spool)
    couriers = {way: spool.status(way) for way in WAYS}
    wrong = _alarms(folder / "site.db")
    if as_json:
        told = _json(identity.site, settings.text("headquarters"), found, couriers)
        show_json(told | {"alarms": [to_json(one) for one in wrong]})
        return
    show_table(
        ["session", "packed", "waiting", "received", "archived", "refused", "sent"],
        [_row(one) for one in found],
    )
    for way, courier in couriers.items():
        if courier is not None:
            _tell(way, courier)
    for alarm in wrong:
        _ring(alarm)
    if not any(couriers.values()):
        say("传送服务尚未运行过", "The courier has not run yet")


@click.command("send-again")
@click.argument("digest")
@click.pass_obj
def send_again_command(folder: Path, digest: str) -> None:
    """Send a batch again that headquarters refused, once it is put right there.

    DIGEST is what the page shows of it, or all of it.
    """
    spool = Spool(load_identity(folder).folder / "spool")
    refused = [e.digest for e in spool.outgoing() if spool.state(e.digest) == "refused"]
    found = [one for one in refused if one.startswith(digest)]
    if len(digest) < SHORTEST or len(found) != 1:
        raise NotFound(what=digest)
    spool.retry(found[0])
    say(f"{found[0][:16]} 将自动重新传送", f"{found[0][:16]} is sent again by itself")


def _alarms(database: Path) -> list[Kept]:
    """What the service found wrong last; nothing where it never ran."""
    if not database.exists():
        return []
    with beside(database) as rows:
        return all_alarms(rows)


def _ring(alarm: Kept) -> None:
    said, since = words_of(alarm.id), _time(alarm.since)
    seen = f" ({alarm.by}: {alarm.reason})" if alarm.by else ""
    say(
        f"告警：{said.title.zh} {alarm.said}，自 {since}{seen}",
        f"alarm: {said.title.en} {alarm.said}, since {since}{seen}",
    )
    if not alarm.by:
        say(f"  {said.how.zh}", f"  {said.how.en}")


def _row(one: Progress) -> list[str]:
    tallies = (one.packed, one.waiting, one.received, one.archived, one.refused)
    # In parts, a large file is on its way for long: bytes say how far.
    sent = f"{one.sent // 1024} / {-(-one.packed.size // 1024)} KiB"
    return [one.session, *(f"{t.count} ({-(-t.size // 1024)} KiB)" for t in tallies), sent]


def _json(
    site: str, address: str, found: list[Progress], couriers: dict[str, CourierStatus | None]
) -> dict[str, Any]:
    told = {way: msgspec.to_builtins(status) for way, status in couriers.items()}
    return {
        "site": site,
        "headquarters": address,
        "sessions": [msgspec.to_builtins(one) for one in found],
        "couriers": told,
    }


def _tell(way: str, courier: CourierStatus) -> None:
    contact = _time(courier.last_contact)
    say(
        f"{way}：最近联系总部 {contact or '尚无'}，最近一轮 {_time(courier.round_at)}",
        f"{way}: last contact {contact or 'none yet'}, last round {_time(courier.round_at)}",
    )
    lang = language()
    for error in courier.errors:
        click.echo(f"  {error['message'][lang]} [{error['code']}]")
    for digest, held in courier.held.items():
        said = held.error["message"][lang]
        say(
            f"  {digest[:16]} 第 {held.tries} 次未成功：{said}",
            f"  {digest[:16]} failed {held.tries} times: {said}",
        )


def _time(ms: int | None) -> str:
    return datetime.fromtimestamp(ms / 1000).astimezone().strftime("%m-%d %H:%M:%S") if ms else ""
