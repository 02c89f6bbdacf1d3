"""What a person is asked: only what no machine can know; what was found stands as the answer."""

import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from provisioning.setup.answers import PREFIX, Answers, problems
from provisioning.setup.errors import AnswersRefused, NotAgreed
from provisioning.setup.facts import Facts, day, others
from sync.console import language, say, show_error
from sync.errors import ExamError
from sync.wire.enrolment import read_bundle
from sync.words import Words

# Where Debian puts a stick, with and without a desktop.
STICKS = ("media/*", "media/*/*", "mnt", "mnt/*", "run/media/*/*")
# What a machine is called that nobody named.
NAMELESS = ("debian", "localhost", "bookworm", "")
USUAL_NAME, USUAL_ADDRESS = "exam-1", "10.0.0.1"
FIRST_LENT, LAST_LENT = 50, 250
# Longer than any bundle is.
MOST_BUNDLE = 4096


def ask(kept: Answers, facts: Facts, enrolled: bool, root: Path) -> tuple[Answers, str]:
    """The answers, and a bundle that was typed or scanned; NotAgreed if the person stops."""
    try:
        answers = _machine(kept)
        answers = network(answers, facts)
        typed = ""
        if not enrolled:
            answers, typed = _bundle(answers, root)
        answers = msgspec.structs.replace(answers, rooms=_rooms(answers, root))
    except (click.Abort, KeyboardInterrupt, EOFError):
        raise NotAgreed from None
    return answers, typed


def agree(lines: list[tuple[str, str]]) -> None:
    """The summary; NotAgreed unless the person says yes."""
    say("\n将要进行：", "\nThis will be done:")
    for name, why in lines:
        click.echo(f"  · {name}  {why}")
    try:
        if _yes(Words("现在开始吗？", "Begin?"), True):
            return
    except (click.Abort, KeyboardInterrupt, EOFError):
        raise NotAgreed from None
    raise NotAgreed


def choose_language() -> None:
    """The first question, where neither an option nor the environment says."""
    told = click.prompt("语言 / Language", default="zh", type=click.Choice(["zh", "en"]))
    click.get_current_context().find_root().params["lang"] = told


def _machine(kept: Answers) -> Answers:
    here = socket.gethostname().partition(".")[0].lower()
    found = USUAL_NAME if here in NAMELESS else here
    default = found if kept == Answers() else kept.host_name
    question = Words("本机在网络中的名称", "Name of this machine on the network")
    answers = _text(kept, "host_name", question, default)
    spare = _yes(
        Words("本机是第二台（备用）服务器吗？", "Is this the second server of the room?"),
        kept.spare,
    )
    return msgspec.structs.replace(answers, spare=spare)


def network(kept: Answers, facts: Facts) -> Answers:
    """Whether a router is there is seen, not asked."""
    say("正在查看网络中有没有路由器……", "Looking whether there is a router on the network …")
    if lent := others(facts.cards, facts.addresses):
        by = ", ".join(lent)
        say(
            f"有：{by} 在分配地址，本机不分配",
            f"Yes: {by} lends addresses; this machine lends none",
        )
        return msgspec.structs.replace(kept, dhcp=(), names=False)
    question = Words(
        "没有设备分配地址。由本机为考试机分配地址吗？",
        "Nobody lends addresses. Shall this machine lend them to the room?",
    )
    # Who has an address without a router was given it on purpose, and so were the others.
    if not _yes(question, bool(kept.dhcp) or not facts.addresses):
        return msgspec.structs.replace(kept, dhcp=(), names=False)
    default = kept.address or (facts.addresses or (USUAL_ADDRESS,))[0]
    while True:
        wanted = click.prompt(
            Words("本机的地址", "Address of this machine").in_(language()), default=default
        ).strip()
        try:
            return _check(_lending(kept, facts, wanted))
        except AnswersRefused as refused:
            show_error(refused, language())


def _lending(kept: Answers, facts: Facts, address: str) -> Answers:
    """That address, and the usual part of its network to lend."""
    lent: tuple[str, ...] = kept.dhcp
    try:
        own = ipaddress.IPv4Interface(f"{address}/{PREFIX}")
    except ValueError:
        # What is wrong with it says the check of the answers.
        return msgspec.structs.replace(kept, address=address, dhcp=())
    if not lent or address != kept.address:
        first = own.network.network_address
        number = int(own.ip) - int(first)
        begin = number + 1 if FIRST_LENT <= number < LAST_LENT else FIRST_LENT
        lent = (str(first + begin), str(first + LAST_LENT))
    card = kept.card or (facts.cards or ("",))[0]
    return msgspec.structs.replace(kept, names=True, address=address, dhcp=lent, card=card)


def _bundle(kept: Answers, root: Path) -> tuple[Answers, str]:
    """The path of a bundle, or the bundle itself as a scanner types it; empty: later."""
    default = kept.bundle or str(_on_stick(root, "*bundle*.json") or "")
    question = Words(
        "总部登记包：文件路径，或扫描登记码（留空：以后登记）",
        "Headquarters' bundle: a file, or scan the code (empty: enrol later)",
    )
    while True:
        given = click.prompt(question.in_(language()), default=default).strip()
        if not given:
            return msgspec.structs.replace(kept, bundle=""), ""
        try:
            data = given.encode() if given.startswith("{") else _read(Path(given))
            told = read_bundle(data)
        except ExamError as error:
            show_error(error, language())
        except OSError as error:
            say(f"读不到：{error.strerror}", f"Cannot be read: {error.strerror}")
        else:
            until = day(told.expires_at / 1000)
            say(
                f"考点 {told.site} {told.name}，登记有效至 {until}",
                f"Site {told.site} {told.name}; the invitation is good until {until}",
            )
            typed = given if given.startswith("{") else ""
            return msgspec.structs.replace(kept, bundle="" if typed else given), typed
        default = ""


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BUNDLE)


def _rooms(kept: Answers, root: Path) -> str:
    default = kept.rooms or str(_on_stick(root, "rooms*.xlsx") or "")
    question = Words("考场座位表（留空：以后导入）", "The room plan (empty: later)")
    while True:
        given: str = click.prompt(question.in_(language()), default=default).strip()
        if not given or Path(given).is_file():
            return given
        say("没有这个文件", "There is no such file")


def _on_stick(root: Path, name: str) -> Path | None:
    """The first such file on a stick."""
    found = (p for folder in STICKS for p in sorted(root.glob(f"{folder}/{name}")) if p.is_file())
    return next(found, None)


def _text(kept: Answers, field: str, question: Words, default: str) -> Answers:
    while True:
        given = click.prompt(question.in_(language()), default=default).strip()
        try:
            return _check(msgspec.structs.replace(kept, **{field: given}))
        except AnswersRefused as refused:
            show_error(refused, language())


def _check(answers: Answers) -> Answers:
    if found := problems(answers):
        raise AnswersRefused(found, path="-")
    return answers


def _yes(question: Words, default: bool) -> bool:
    """是 and 否 will do as well."""
    shown = question.in_(language()) + (" [Y/n]" if default else " [y/N]")
    convert: Callable[[str], Any] = _meant
    answer: bool = click.prompt(
        shown, default="y" if default else "n", show_default=False, value_proc=convert
    )
    return answer


def _meant(text: str) -> bool:
    word = text.strip().lower()
    if word in ("y", "yes", "是", "好"):
        return True
    if word in ("n", "no", "否", "不"):
        return False
    raise click.BadParameter("y / n")
