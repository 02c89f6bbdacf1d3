"""The steps from a machine with the package on it to a site.

Each says what it is for, looks whether it is done, does it, undoes it; twice changes nothing.
"""

import datetime
import grp
import hashlib
import ipaddress
import pwd
import stat
from collections.abc import Sequence
from pathlib import Path

from provisioning.handing import hand, said, strays
from provisioning.privileged import FOLDERS, Machine
from provisioning.setup import files
from provisioning.setup.around import DATA, Around, Step, Written
from provisioning.setup.errors import BundleMissing, RoomPlanMissing
from provisioning.setup.facts import release_share
from provisioning.setup.network import Address, Firewall, Names
from provisioning.setup.sealing import Keys
from provisioning.trust import keeping
from provisioning.trust.authority import PRIVATE
from provisioning.trust.front import MASTER, hand_over
from provisioning.trust.keeping import Places, Wanted
from siteapp.config import Settings
from siteapp.identity import load_identity
from sync.errors import ExamError
from sync.words import Words

# A bundle that was typed or scanned, until the box is enrolled.
TYPED = "/var/lib/examsite-setup/bundle.json"
TIMERS = ("examsite-check.timer", "examsite-backup.timer", "examsite-certificate.timer")


class HostName(Step):
    """/etc/hostname."""

    name = "host-name"
    why = Words("本机在网络中的名称", "what this machine is called on the network")

    def done(self, around: Around) -> bool:
        """It bears it."""
        return (around.machine.read("/etc/hostname") or "").strip() == around.answers.host_name

    def do(self, around: Around) -> None:
        """Also for the machine as it runs now."""
        around.machine.called(around.answers.host_name)


class Folders(Step):
    """Users and folders, as the package brings them."""

    name = "folders"
    why = Words("数据文件夹只有考试服务能读写", "data folders that the site alone may use")

    def done(self, around: Around) -> bool:
        """Each is there, with its owner and mode; so is what lies in them."""
        return not wrong_folders(around.machine) and not strays(around.machine.at(DATA))

    def about(self, around: Around) -> dict[str, object]:
        """Which."""
        named = wrong_folders(around.machine) or map(str, strays(around.machine.at(DATA))[:3])
        return {"what": ", ".join(named)}

    def do(self, around: Around) -> None:
        """As at the installation of the package; what is in them keeps its content."""
        around.machine.make_folders()


class Time(Written):
    """chrony for the room."""

    name, unit = "time", "chrony"
    why = Words("为考场提供时间，没有外网也一致", "the room's time, also without the internet")

    def texts(self, around: Around) -> dict[str, str]:
        """One file."""
        return {files.CHRONY: files.chrony()}


class Logs(Written):
    """journald within bounds."""

    name, unit = "logs", "systemd-journald"
    why = Words("日志不占用答案所需的磁盘空间", "logs never take the room that answers need")

    def texts(self, around: Around) -> dict[str, str]:
        """The release's own file."""
        return {files.LOGS: (release_share(around.machine) / "journald-examsite.conf").read_text()}


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
        """As the site's own user, which the keys belong to; only a person waits for the words."""
        machine, answers = around.machine, around.answers
        bundle = Path(answers.bundle)
        if not bundle.is_file():
            raise BundleMissing(path=bundle)
        stick = ("--stick", answers.stick) if answers.stick else ()
        once = () if around.waits else ("--once",)
        data = str(machine.at(DATA))
        command = ("examsite-setup", "--lang", around.lang, "--data", data, "enrol", "-")
        machine.as_site((*command, *stick, *once), bundle)
        if around.enrolled:
            # It is good for one box, once.
            machine.remove(TYPED)


class Rooms(Step):
    """The room plan that the school filled in."""

    name = "rooms"
    why = Words("考场座位表", "the room plan")
    NOTE = "/var/lib/examsite-setup/rooms.sha256"

    def wanted(self, around: Around) -> bool:
        """With a file, on a site."""
        return bool(around.answers.rooms) and around.enrolled

    def _digest(self, around: Around) -> str:
        path = Path(around.answers.rooms)
        if not path.is_file():
            raise RoomPlanMissing(path=path)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def done(self, around: Around) -> bool:
        """That very file was taken in; what was changed on the pages since then stands."""
        return around.machine.read(self.NOTE) == self._digest(around)

    def do(self, around: Around) -> None:
        """As the site's own user."""
        to, digest = around.machine.at("/run/examsite/rooms.xlsx"), self._digest(around)
        hand(to, Path(around.answers.rooms).read_bytes(), 0o600)
        data = str(around.machine.at(DATA))
        around.machine.as_site(("examsite", "--data", data, "rooms", "import", str(to)))
        to.unlink()
        around.machine.write(self.NOTE, digest)


class Trust(Step):
    """The room's CA, and the front's certificate for the addresses of today."""

    name = "trust"
    why = Words("考场证书：摄像头和断网续答需要 HTTPS", "HTTPS: cameras and offline pages need it")

    def wanted(self, around: Around) -> bool:
        """The CA bears the site's name."""
        return around.enrolled

    def places(self, around: Around) -> Places:
        """Where CA and certificate lie."""
        at = around.machine.at
        return Places(at(DATA), at("/etc/examsite/trust"), at("/etc/examsite/front.pem"))

    def certified(self, around: Around) -> Wanted:
        """What the front is to be certified as."""
        given = {around.address, *around.facts.addresses} - {""}
        return Wanted(
            (around.room_host,), tuple(ipaddress.ip_address(one) for one in sorted(given))
        )

    def done(self, around: Around) -> bool:
        """There is one, for the addresses of today and for a season to come."""
        places, wanted = self.places(around), self.certified(around)
        return keeping.good(places, keeping.within(places, wanted), _now(around))

    def do(self, around: Around) -> None:
        """Make it, or certify anew if it ends soon or the addresses are others."""
        places, now = self.places(around), _now(around)
        wanted = self.certified(around)
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

    def about(self, around: Around) -> dict[str, object]:
        """Those that are down, or would be after the next boot."""
        up, told = around.machine.active, around.machine.tell
        down = [u for u in self.units(around) if not told("is-enabled", u)]
        first = self.units(around)[0]
        if around.enrolled and not up(first) and first not in down:
            down.append(first)
        return {"what": ", ".join(down)}

    def do(self, around: Around) -> None:
        """Enable, and start what a site has."""
        for unit in self.units(around):
            around.machine.tell("enable", unit)
            around.machine.tell("reset-failed", unit)
        if around.enrolled:
            around.machine.tell("start", *self.units(around))

    def undo(self, around: Around) -> None:
        """None of them starts again."""
        around.machine.tell("disable", "--now", *self.units(around))


STEPS: tuple[Step, ...] = (
    HostName(),
    Folders(),
    Address(),
    Time(),
    Firewall(),
    Logs(),
    Names(),
    Enrol(),
    Rooms(),
    Keys(),
    Trust(),
    Front(),
    Services(),
)


def wrong_folders(machine: Machine) -> list[str]:
    """Folders that are not as the package lays them out: type, path, mode, user, group."""
    wrong = []
    for line in (machine.read(FOLDERS) or "").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "d" and not _as_laid_out(machine, *rest.split()[:4]):
            wrong.append(rest.split()[0])
    return wrong


def _as_laid_out(machine: Machine, path: str, mode: str, user: str, group: str) -> bool:
    try:
        about = machine.at(path).stat()
        owners = (pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid)
    except (OSError, KeyError):
        return False
    return stat.S_IMODE(about.st_mode) == int(mode, 8) and (about.st_uid, about.st_gid) == owners


def setting(machine: Machine, name: str, value: str) -> None:
    """One line of the site's settings; the file stays the site's."""
    path = machine.at(files.SETTINGS)
    lines = (said(path) or b"").decode("utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0].strip() != name]
    hand(path, "\n".join([*kept, f'{name} = "{value}"', ""]).encode(), 0o640)


def _now(around: Around) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(around.facts.now, datetime.UTC)


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
