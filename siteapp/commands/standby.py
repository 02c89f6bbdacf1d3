"""`examsite standby`: pair a second server, let it follow, promote it, show a fork."""

import sys
import time
from contextlib import closing
from pathlib import Path

import click

from siteapp.config import Settings
from siteapp.follow import follow, take_folder
from siteapp.identity import load_identity
from siteapp.serve import serve
from siteapp.site import Site
from siteapp.standby import pairing
from siteapp.standby.folder import PairFolder, not_paired
from siteapp.standby.promotion import (
    Signature,
    check_people,
    forks,
    keep_promotion,
    make_promotion,
)
from siteapp.store.live import Live
from sync.console import say, show_json, show_table
from sync.errors import AlreadyThere
from sync.wire.documents import Promotion
from sync.words import Words

LOOK_S = 0.3


@click.group()
def standby() -> None:
    """The second server of the room."""


@standby.command("offer")
@click.option("--yes", is_flag=True, help="Do not ask whether the two fingerprints are alike.")
@click.pass_obj
def offer(folder: Path, yes: bool) -> None:
    """On the primary: show a pairing code, then compare fingerprints with the spare's screen."""
    identity, pair = load_identity(folder), PairFolder(folder)
    code = pairing.offer(pair)
    say(f"配对码：{code}（十分钟内有效）", f"Pairing code: {code} (good for ten minutes)")
    sys.stdout.flush()
    try:
        while (ask := pairing.waiting(pair)) is None:
            pairing.offered(pair, identity)
            time.sleep(LOOK_S)
        if Settings.load(folder).text("front") and not ask.address.startswith("https:"):
            say(
                "注意：考生页面经 HTTPS 打开，无法访问以 http 开头的备用服务器地址",
                "Mind: pages that came over HTTPS cannot ask a spare at an http address",
            )
        digits = pairing.shown(pair, ask)
        say(f"核对码：{digits}", f"Fingerprint: {digits}")
        if not yes:
            click.confirm("备用服务器上相同吗？ Is it the same on the spare?", abort=True)
        pairing.approve(pair, identity, ask)
    except BaseException:
        pairing.withdraw(pair)
        raise
    say(f"已与 {ask.address} 配对", f"Paired with {ask.address}")


def say_serving(address: str) -> None:
    """What every start of the site's service says, for people and for what waits for it."""
    say(f"考点服务已启动：{address}", f"The site is up: {address}")
    sys.stdout.flush()


@standby.command("pair")
@click.argument("primary")
@click.option("--address", required=True, help="Where this spare will answer: http://host:port.")
@click.pass_obj
def pair_command(folder: Path, primary: str, address: str) -> None:
    """On the spare, in an empty folder: ask PRIMARY (http://host:port) to be its second server."""
    pairing.need_empty(folder)
    code = click.prompt("配对码 / pairing code", hide_input=False)
    asking = pairing.Asking(primary.rstrip("/"), address.rstrip("/"), code)
    digits = asking.fingerprint
    say(f"核对码：{digits}（考点 {asking.site}）", f"Fingerprint: {digits} (site {asking.site})")
    sys.stdout.flush()
    asking.wait(folder, pairing.VALID_MS / 1000)
    say("已配对；请运行 examsite standby run", "Paired; now run examsite standby run")


@standby.command("run")
@click.option("--host", help="Address to listen on [settings: host].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port [settings: port].")
@click.pass_obj
def run(folder: Path, host: str | None, port: int | None) -> None:
    """On the spare: follow the primary; after a promotion serve the room on the same port."""
    PairFolder(folder).need("spare")
    settings = Settings.load(folder)
    where = host or settings.text("host")
    at = settings.number("port") if port is None else port

    def following(address: str) -> None:
        say(f"备用服务器已启动：{address}", f"The spare is up: {address}")
        sys.stdout.flush()

    port_taken = follow(folder, where, at, following)
    if port_taken:
        serve(folder, where, port_taken, say_serving)


def an_origin(_: click.Context, __: click.Parameter, value: str) -> str:
    """What pages can be sent to; it is signed for good, so it must be right."""
    if not pairing.ADDRESS.fullmatch(value.rstrip("/")):
        raise click.BadParameter(f"应为 http://主机:端口 / must be http://host:port: {value}")
    return value


@standby.command("promote")
@click.option("--chief", prompt="主监考员用户名 / chief's name", help="The chief's account.")
@click.option("--second", prompt="第二人用户名 / second person's name", help="Another account.")
@click.option("--reason", prompt="原因 / reason", help="Why, for the record.")
@click.option(
    "--address",
    required=True,
    callback=an_origin,
    help="Where this server answers: http://host:port.",
)
@click.pass_obj
def promote(folder: Path, chief: str, second: str, reason: str, address: str) -> None:
    """On the spare: take over. The chief and a second person, each with a password."""
    identity, pair = load_identity(folder), PairFolder(folder)
    pair.need("spare")
    if pair.promotion(identity.sign.public):
        raise AlreadyThere(what=Words("接管记录", "promotion"))
    people = [
        Signature(name, click.prompt(f"{name} 的密码 / password of {name}", hide_input=True))
        for name in (chief, second)
    ]
    if not (folder / "site.db").exists():
        raise not_paired("spare")
    with closing(Live(folder / "site.db", identity.site)) as live:
        check_people(live, people[0], people[1])
    with take_folder(folder), closing(Live(folder / "site.db", identity.site)) as live:
        made = make_promotion(live, identity, (chief, second), reason, address.rstrip("/"))
        keep_promotion(pair, identity, made)
    say(
        f"本机已接管考试（第 {made.server_term} 任）；请断开旧服务器的网线",
        f"This server took over (server term {made.server_term}); unplug the old one",
    )


@standby.command("status")
@click.pass_obj
def status(folder: Path) -> None:
    """Which of the two this server is."""
    identity, pair = load_identity(folder), PairFolder(folder)
    peer, key = pair.peer(), identity.sign.public
    promoted, fenced = pair.promotion(key), pair.fenced(key)
    record = fenced or promoted
    show_json(
        {
            "role": peer.role if peer else "single",
            "other": peer.address if peer else "",
            "promoted": promoted is not None,
            "fenced": fenced is not None,
            "server_term": record.server_term if record else 1,
        }
    )


@standby.command("fork")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def fork(folder: Path, as_json: bool) -> None:
    """On the old server: the events that its successor does not have. Nobody merges them."""
    with closing(Site(folder)) as site:
        record = site.standby.fenced
        if not isinstance(record, Promotion):
            raise not_paired("fenced")
        found = forks(site.live, record)
    rows = [
        {
            "session": one.session,
            "shared": one.shared,
            "seq": event.seq,
            "at": event.at,
            "kind": event.kind,
            "attempt": event.body.get("attempt", ""),
            "item": event.body.get("item", ""),
        }
        for one in found
        for event in one.events
    ]
    if as_json:
        show_json(rows)
    else:
        names = ["session", "shared", "seq", "at", "kind", "attempt", "item"]
        show_table(names, [[row[name] for name in names] for row in rows])
