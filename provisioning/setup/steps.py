"""The steps from a machine with the package on it to a site.

Each says what it is for, looks whether it is done, does it, undoes it; twice changes nothing.
"""

import datetime
import hashlib
import ipaddress
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from provisioning.privileged import Machine
from provisioning.setup import files
from provisioning.setup.answers import Answers
from provisioning.setup.facts import Facts, release_share
from provisioning.trust import keeping
from provisioning.trust.authority import PRIVATE
from provisioning.trust.front import MASTER, hand_over
from provisioning.trust.keeping import Places, Wanted
from siteapp.config import Settings
from siteapp.identity import load_identity
from sync.errors import ExamError
from sync.words import Words

DATA = "/var/lib/examsite"
TIMERS = ("examsite-check.timer", "examsite-backup.timer", "examsite-certificate.timer")


class Around(NamedTuple):
    """What every step works with."""

    machine: Machine
    answers: Answers
    facts: Facts

    @property
    def address(self) -> str:
        """Where the room reaches this box."""
        return self.answers.address or (self.facts.addresses or ("",))[0]

    @property
    def enrolled(self) -> bool:
        """It is a site already."""
        return self.machine.at(f"{DATA}/certificate.json").exists()


class Step:
    """One part of the way."""

    name = ""
    why = Words("", "")

    def wanted(self, around: Around) -> bool:
        """Whether the answers ask for it, and the machine is ready for it."""
        return True

    def done(self, around: Around) -> bool:
        """As it should be."""
        raise NotImplementedError

    def do(self, around: Around) -> None:
        """Make it so."""
        raise NotImplementedError

    def undo(self, around: Around) -> None:
        """As it was before us; data stays."""


class Written(Step):
    """Files with a text that is known, and a unit that reads them."""

    unit = ""

    def texts(self, around: Around) -> dict[str, str]:
        """Path → text."""
        raise NotImplementedError

    def done(self, around: Around) -> bool:
        """Every file says what it should, and the unit that reads it is up."""
        machine = around.machine
        same = all(machine.read(path) == text for path, text in self.texts(around).items())
        return same and (not machine.runs or not self.unit or machine.active(self.unit))

    def do(self, around: Around) -> None:
        """Write, then have the unit read."""
        for path, text in self.texts(around).items():
            around.machine.write(path, text)
        around.machine.tell("daemon-reload")
        if self.unit:
            around.machine.tell("enable", self.unit)
            around.machine.tell("restart", self.unit)

    def undo(self, around: Around) -> None:
        """Debian's own again."""
        for path in self.texts(around):
            around.machine.remove(path)
        around.machine.tell("daemon-reload")
        if self.unit:
            around.machine.tell("try-restart", self.unit)


class HostName(Step):
    """/etc/hostname."""

    name = "host-name"
    why = Words("本机在网络中的名称", "what this machine is called on the network")

    def done(self, around: Around) -> bool:
        """It bears it."""
        return (around.machine.read("/etc/hostname") or "").strip() == around.answers.host_name

    def do(self, around: Around) -> None:
        """Also for the machine as it runs now."""
        around.machine.write("/etc/hostname", around.answers.host_name + "\n")
        around.machine.tell("restart", "systemd-hostnamed")


class Time(Written):
    """chrony for the room."""

    name, unit = "time", "chrony"
    why = Words("为考场提供时间，没有外网也一致", "the room's time, also without the internet")

    def texts(self, around: Around) -> dict[str, str]:
        """One file."""
        return {files.CHRONY: files.chrony()}


class Firewall(Written):
    """nftables: the room's services and nothing else."""

    name, unit = "firewall", "nftables"
    why = Words("只开放考场所需的端口", "only what the room needs gets in")

    def texts(self, around: Around) -> dict[str, str]:
        """The rules, and the unit's way to them."""
        return {
            files.FIREWALL: files.firewall(around.answers),
            files.FIREWALL_UNIT: files.firewall_unit(),
        }


class Logs(Written):
    """journald within bounds."""

    name, unit = "logs", "systemd-journald"
    why = Words("日志不占用答案所需的磁盘空间", "logs never take the room that answers need")

    def texts(self, around: Around) -> dict[str, str]:
        """The release's own file."""
        return {files.LOGS: (release_share(around.machine) / "journald-examsite.conf").read_text()}


class Names(Written):
    """dnsmasq for a room without a router."""

    name, unit = "names", "examsite-names"
    why = Words("没有路由器时解析名称、分配地址", "names and addresses where there is no router")

    def wanted(self, around: Around) -> bool:
        """Asked for."""
        return around.answers.names or bool(around.answers.dhcp)

    def texts(self, around: Around) -> dict[str, str]:
        """One file."""
        return {files.NAMES: files.names(around.answers, around.address)}


class Enrol(Step):
    """The box becomes a site; six words are read out on the phone."""

    name = "enrolment"
    why = Words("向总部登记本机", "headquarters takes this box for the site")

    def wanted(self, around: Around) -> bool:
        """With a bundle; without one it is done later, and all that needs it with it."""
        return bool(around.answers.bundle)

    def done(self, around: Around) -> bool:
        """There is a certificate."""
        return around.enrolled

    def do(self, around: Around) -> None:
        """As the site's own user, which the keys belong to."""
        answers = around.answers
        stick = ("--stick", answers.stick) if answers.stick else ()
        command = ("examsite-setup", "--data", DATA, "enrol", "-", *stick)
        around.machine.as_site(command, Path(answers.bundle))


class Rooms(Step):
    """The room plan that the school filled in."""

    name = "rooms"
    why = Words("考场座位表", "the room plan")
    NOTE = "/var/lib/examsite-setup/rooms.sha256"

    def wanted(self, around: Around) -> bool:
        """With a file, on a site."""
        return bool(around.answers.rooms) and around.enrolled

    def _digest(self, around: Around) -> str:
        return hashlib.sha256(Path(around.answers.rooms).read_bytes()).hexdigest()

    def done(self, around: Around) -> bool:
        """That very file was taken in; what was changed on the pages since then stands."""
        return around.machine.read(self.NOTE) == self._digest(around)

    def do(self, around: Around) -> None:
        """As the site's own user."""
        to = around.machine.at("/run/examsite/rooms.xlsx")
        shutil.copy(around.answers.rooms, to)
        own(around.machine, to)
        around.machine.as_site(("examsite", "--data", DATA, "rooms", "import", str(to)))
        to.unlink()
        around.machine.write(self.NOTE, self._digest(around))


class Trust(Step):
    """The room's CA, and the front's certificate for the addresses of today."""

    name = "trust"
    why = Words("考场证书：摄像头和断网续答需要 HTTPS", "HTTPS: cameras and offline pages need it")

    def wanted(self, around: Around) -> bool:
        """The CA bears the site's name."""
        return around.enrolled

    def _places(self, around: Around) -> Places:
        at = around.machine.at
        return Places(at(DATA), at("/etc/examsite/trust"), at("/etc/examsite/front.pem"))

    def _facts(self, around: Around) -> Wanted:
        given = {around.address, *around.facts.addresses} - {""}
        name = Settings.load(around.machine.at(DATA)).text("room_host")
        return Wanted((name,), tuple(ipaddress.ip_address(one) for one in sorted(given)))

    def done(self, around: Around) -> bool:
        """There is one, for the addresses of today and for a season to come."""
        places, wanted = self._places(around), self._facts(around)
        return keeping.good(places, keeping.within(places, wanted), _now())

    def do(self, around: Around) -> None:
        """Make it, or certify anew if it ends soon or the addresses are others."""
        places, now = self._places(around), _now()
        wanted = self._facts(around)
        if (places.keep / "issuer.key").exists():
            keeping.renew(places, keeping.within(places, wanted), now)
            hand_over(places.front, around.machine.at(str(MASTER)))
            return
        outside = [a for a in wanted.addresses if not any(a in network for network in PRIVATE)]
        limits = [*PRIVATE, *(ipaddress.ip_network(str(one)) for one in outside)]
        keeping.make(places, load_identity(places.data).site, wanted, limits, now)


class Front(Step):
    """HAProxy with our file, and the site on the socket behind it."""

    name = "front"
    why = Words("HTTPS 前端，保存答案优先", "the HTTPS front; saves come first")

    def wanted(self, around: Around) -> bool:
        """It needs the certificate."""
        return around.enrolled

    def done(self, around: Around) -> bool:
        """Drop-in, setting, and it runs."""
        machine = around.machine
        ours = (release_share(machine) / "haproxy-examsite.conf").read_text()
        front = Settings.load(machine.at(DATA)).text("front")
        up = machine.active("haproxy") or not machine.runs
        return machine.read(files.FRONT) == ours and front == files.SOCKET and up

    def do(self, around: Around) -> None:
        """The site moves to its socket, then the front comes up."""
        machine = around.machine
        ours = (release_share(machine) / "haproxy-examsite.conf").read_text()
        machine.write(files.FRONT, ours)
        setting(machine, "front", files.SOCKET)
        machine.tell("daemon-reload")
        machine.tell("try-restart", "examsite-web")
        machine.tell("enable", "haproxy")
        machine.tell("restart", "haproxy")

    def undo(self, around: Around) -> None:
        """Debian's HAProxy again, with Debian's file."""
        around.machine.remove(files.FRONT)
        around.machine.tell("daemon-reload")
        around.machine.tell("disable", "--now", "haproxy")


class Services(Step):
    """Our units, at every boot from now on."""

    name = "services"
    why = Words("开机自动运行", "they run from every boot on")

    def units(self, around: Around) -> Sequence[str]:
        """A spare follows, a site serves."""
        first = "examsite-spare" if around.answers.spare else "examsite-web"
        return (first, "examsite-courier", "examsite-settle", *TIMERS)

    def done(self, around: Around) -> bool:
        """All enabled; those of an enrolled site are up."""
        machine = around.machine
        if not machine.runs:
            return True
        enabled = all(machine.tell("is-enabled", unit) for unit in self.units(around))
        return enabled and (not around.enrolled or machine.active(self.units(around)[0]))

    def do(self, around: Around) -> None:
        """Enable, and start what a site has."""
        for unit in self.units(around):
            around.machine.tell("enable", unit)
        if around.enrolled:
            around.machine.tell("start", *self.units(around))

    def undo(self, around: Around) -> None:
        """None of them starts again."""
        around.machine.tell("disable", "--now", *self.units(around))


STEPS: tuple[Step, ...] = (
    HostName(),
    Time(),
    Firewall(),
    Logs(),
    Names(),
    Enrol(),
    Rooms(),
    Trust(),
    Front(),
    Services(),
)


def setting(machine: Machine, name: str, value: str) -> None:
    """One line of the site's settings; the file stays the site's."""
    path = machine.at(files.SETTINGS)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() != name]
    machine.write(files.SETTINGS, "\n".join([*kept, f'{name} = "{value}"', ""]), 0o640)
    own(machine, path)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def own(machine: Machine, path: Path) -> None:
    """To the site, as the folder it lies in."""
    about = path.parent.stat()
    shutil.chown(path, about.st_uid, about.st_gid)


def undone(around: Around) -> list[Step]:
    """Those that are wanted and not as they should be."""
    return [step for step in STEPS if missing(step, around)]


def missing(step: Step, around: Around) -> bool:
    """It is wanted and not done."""
    return step.wanted(around) and not _done(step, around)


def _done(step: Step, around: Around) -> bool:
    try:
        return step.done(around)
    except (OSError, ExamError):
        return False
