"""What a person decides about the machine; everything else it finds out by itself."""

import ipaddress
import re
import tomllib
from pathlib import Path

import msgspec

from provisioning.setup.errors import AnswersRefused
from sync.words import Words

# A room without a router is one network of 254 machines.
PREFIX = 24
CARD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer file, field by field. An empty text: not wanted, or found out by itself."""

    host_name: str = "examsite"
    # Whether this box is the second server of the room.
    spare: bool = False
    # Addresses that are lent to a room which has no router: the first, the last.
    dhcp: tuple[str, ...] = ()
    # This box's own address on the room's network; needed with dhcp, or where there are several.
    address: str = ""
    # The network card that gets this address; the first with a cable in it if not said.
    card: str = ""
    # Answer names for a room without a router: unknown ones fail at once.
    names: bool = False
    # Whom administration over SSH is open to: a network. Empty: to nobody.
    ssh_from: str = ""
    # The bundle of headquarters, and a stick where there is no line.
    bundle: str = ""
    stick: str = ""
    # The site's keys lie on the disk sealed to this machine (its TPM, or else a key of its system).
    seal_keys: bool = False
    # The room plan that the school filled in (.xlsx).
    rooms: str = ""

    @property
    def network(self) -> ipaddress.IPv4Network:
        """The network that this box makes for the room."""
        return ipaddress.IPv4Network(f"{self.address}/{PREFIX}", strict=False)


QUESTIONS: dict[str, Words] = {
    "host_name": Words("本机名称", "Name of this machine"),
    "spare": Words("本机是备用服务器吗？", "Is this the second server of the room?"),
    "names": Words(
        "考场没有路由器，由本机解析域名吗？", "No router in the room: does this box answer names?"
    ),
    "bundle": Words(
        "总部登记包的路径（可稍后登记）", "Path of headquarters' bundle (later: empty)"
    ),
    "rooms": Words("考场座位表的路径（可稍后导入）", "Path of the room plan (later: empty)"),
}


def read_answers(path: Path) -> Answers:
    """The answers of a file; AnswersRefused with everything that is wrong in it."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AnswersRefused([Words(str(error), str(error))], path=path) from None
    unknown = sorted(set(given) - {field.name for field in msgspec.structs.fields(Answers)})
    found = [Words(f"没有这项：{name}", f"no such answer: {name}") for name in unknown]
    known = {name: value for name, value in given.items() if name not in unknown}
    try:
        answers = msgspec.convert(known, Answers)
    except msgspec.ValidationError as error:
        raise AnswersRefused([*found, Words(str(error), str(error))], path=path) from None
    found += problems(answers)
    if found:
        raise AnswersRefused(found, path=path)
    return answers


def problems(answers: Answers) -> list[Words]:
    """What cannot be so."""
    found = []
    if not NAME.fullmatch(answers.host_name):
        found.append(
            Words(
                "host_name 只用小写字母、数字和连字符", "host_name: lower-case letters, digits, -"
            )
        )
    if answers.dhcp and len(answers.dhcp) != 2:
        found.append(Words("dhcp 是起止两个地址", "dhcp: the first address and the last"))
    if answers.dhcp and not answers.address:
        found.append(Words("用 dhcp 时必须写 address", "dhcp needs the answer address"))
    for name, text in (*(("dhcp", one) for one in answers.dhcp), ("address", answers.address)):
        if text and not _is_address(text):
            found.append(Words(f"{name} 不是地址：{text}", f"{name} is no address: {text}"))
    if not found and answers.dhcp:
        found += _lent(answers)
    if answers.card and not CARD.fullmatch(answers.card):
        found.append(Words(f"card 不是网卡名：{answers.card}", f"no card's name: {answers.card}"))
    if answers.ssh_from and not _is_network(answers.ssh_from):
        found.append(Words("ssh_from 形如 192.168.1.0/24", "ssh_from is like 192.168.1.0/24"))
    return found


def _lent(answers: Answers) -> list[Words]:
    """What is wrong with the addresses that are lent, all being addresses."""
    first, last, own = map(ipaddress.IPv4Address, (*answers.dhcp, answers.address))
    if first > last:
        return [Words("dhcp 的起始地址大于终止地址", "dhcp: the first is after the last")]
    if not {first, last} <= set(answers.network):
        both = f"{answers.network}"
        return [Words(f"dhcp 的地址应在 {both} 内", f"dhcp: both addresses must be in {both}")]
    if first <= own <= last:
        return [
            Words("dhcp 的范围不能包含本机地址", "dhcp: the range holds this box's own address")
        ]
    return []


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return "/" in text
