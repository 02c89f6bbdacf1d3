"""A headquarters with a published session and its enrolled site: made once, then copied."""

import functools
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import approving
import photographed
import releasing
from readied import keep_ready

from siteapp.identity import accept_certificate, make_keys
from siteapp.site import Site
from sync.exam.catalogue import find
from sync.exam.roster import COLUMNS
from sync.headquarters.clock import wall_ms
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.planning import photos, publish, rosters, sessions
from sync.headquarters.planning.materials import builtin_materials
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.register import sites, staff
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters, create_headquarters
from sync.sheet_writer import sheet_bytes
from sync.wire.unlock import UnlockCode
from sync.words import Words

SESSION, SITE = "journey", "site-01"
BANKS = {"live": "530051-junior", "media": "560003-intermediate"}
HEADQUARTERS = "headquarters"
LONG_AGO = "2024-11-23T08:30+08:00"


class Person(NamedTuple):
    """A candidate of the roster."""

    admission: str
    secret: str
    seat: int
    sitting: str
    name: str


class Kind(NamedTuple):
    """What of its making tells one from another."""

    live: int
    media: int
    component: str
    starts_at: str


@dataclass(frozen=True)
class Passwords:
    """The accounts of the site and of headquarters."""

    administrator: str = ""
    chief: str = ""
    helper: str = ""
    officer: str = ""
    second: str = ""


@dataclass
class Founded:
    """The folders, and what is known of them."""

    folder: Path
    passwords: Passwords = field(default_factory=Passwords)
    people: dict[str, list[Person]] = field(default_factory=dict)
    package: str = ""
    codes: tuple[str, ...] = ()


@functools.cache
def _room() -> tempfile.TemporaryDirectory[str]:
    """Lasts as long as the process."""
    return tempfile.TemporaryDirectory(prefix="examsite-founded-")


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(dir=_room().name))


@functools.cache
def founded(kind: Kind) -> Founded:
    """Headquarters has published the session; the site is enrolled, and has no accounts yet."""
    made = Founded(_new_folder())
    hq = create_headquarters(made.folder / HEADQUARTERS)
    by = Stamp("tester", wall_ms())
    request = make_keys(made.folder / "site")
    envelope = sites.register(hq, by, request=request, site=SITE, name="示例职业学校")
    accept_certificate(made.folder / "site", envelope, hq.keys.root().public.key_id)
    made.passwords = Passwords(
        officer=staff.add_member(hq, by, "officer", staff.ROLES),
        second=staff.add_member(hq, by, "second", ("exam-officer",)),
    )
    approving.everything(hq, by, SITE)
    _publish(hq, by, made, kind)
    hq.close()
    return made


@functools.cache
def furnished(kind: Kind, received: bool, unlocked: bool) -> tuple[Path, Passwords]:
    """The site's folder with accounts, and the package taken in and unlocked if so asked."""
    made = founded(kind)
    folder = Path(shutil.copytree(made.folder / "site", _new_folder() / "site"))
    site = Site(folder)
    passwords = Passwords(
        site.staff.add("admin", "administrator"),
        site.staff.add("chief", "chief"),
        site.staff.add("helper", "invigilator"),
        made.passwords.officer,
        made.passwords.second,
    )
    if received:
        site.shelf.receive(made.folder / HEADQUARTERS / made.package)
    if unlocked:
        one, two = (UnlockCode.parse(c, n) for n, c in enumerate(made.codes, start=1))
        site.shelf.unlock(site.live.session(SESSION), (one, two))
    keep_ready(site, SESSION)
    site.close()
    return folder, passwords


def _publish(hq: Headquarters, by: Stamp, made: Founded, kind: Kind) -> None:
    sessions.create_session(
        hq,
        by,
        session=SESSION,
        site=SITE,
        name=Words("上午场", "Morning session"),
        kind="examination",
        starts_at=kind.starts_at,
        room="第一机房",
        seed="journey",
    )
    _sitting(hq, by, made, "live", kind.component, kind.live, 1)
    _sitting(hq, by, made, "media", "theory", kind.media, 1 + kind.live)
    made.package = str(releasing.publish(hq, by, SESSION).path.relative_to(hq.folder))
    made.codes = publish.read_codes(hq, publish.package_of(hq, SESSION).digest)


def _sitting(
    hq: Headquarters, by: Stamp, made: Founded, sitting: str, component: str, count: int, first: int
) -> None:
    code = BANKS[sitting]
    sessions.add_sitting(
        hq,
        by,
        session=SESSION,
        sitting=sitting,
        specification=find(code),
        component=component,
        bank=builtin_bank(code),
        materials=builtin_materials(code),
        earliest_hand_in=0,
    )
    rows = sample_rows(code[:6], count, first)
    file = made.folder / f"{sitting}.xlsx"
    file.write_bytes(sheet_bytes("考生名单", COLUMNS, rows))
    rosters.import_roster(hq, by, session=SESSION, sitting=sitting, file=file)
    first_photo = made.folder / f"{rows[0][0]}.jpg"
    first_photo.write_bytes(photographed.person())
    photos.import_photos(hq, by, session=SESSION, source=made.folder)
    made.people[sitting] = [
        Person(str(row[0]), str(row[2])[-6:], int(str(row[5])), sitting, str(row[1]))
        for row in rows
    ]
