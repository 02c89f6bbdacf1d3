"""The doctor looks at everything that can be wrong with a site's machine, and mends what it can.

A sound machine gives no finding; each finding says what a person sees and what to do.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from provisioning.errors import NoAuthority
from provisioning.privileged import Releases
from provisioning.setup import findings
from provisioning.setup.around import DATA, Around, Step
from provisioning.setup.facts import blockers, day, warnings
from provisioning.setup.findings import STEP_KINDS, Finding, found
from provisioning.setup.line import why_away
from provisioning.setup.steps import STEPS, Trust, missing
from provisioning.trust import authority, keeping
from siteapp.config import Settings
from sync.errors import ExamError

MIB = 2**20
# Below this an evening's uploads may fill it.
NEARLY_FULL = 1024 * MIB
BACKUPS = "/var/backups/examsite"
# It is made each hour; a night without power is no fault.
BACKUP_HOURS = 26
# Two clocks may differ by so much, and a file be saved while this looks.
LEEWAY_S = 600


def examine(around: Around) -> list[Finding]:
    """All that is wrong; the order is the one in which to mend it."""
    return [one for look in LOOKS for one in look(around)]


def mend(around: Around, wrong: list[Finding], told: Callable[[ExamError], None]) -> int:
    """Mend what can be mended; how many were tried and did not fail. An error is told, and on."""
    done = 0
    for one in wrong:
        if one.mend is None:
            continue
        try:
            one.mend()
            done += 1
        except ExamError as error:
            told(error)
    return done


def _machine(around: Around) -> Iterator[Finding]:
    """As before the installation; only its disk may have been used since."""
    for one in blockers(around.facts, around.answers):
        if one.kind is not findings.DISK_SMALL:
            yield one
    yield from warnings(around.facts)


def _clock(around: Around) -> Iterator[Finding]:
    with suppress(FileNotFoundError):
        last = around.machine.at(f"{DATA}/site.db").stat().st_mtime
        if last > around.facts.now + LEEWAY_S:
            yield found(findings.CLOCK_BEHIND, date=day(around.facts.now), last=day(last))


def _upgrade(around: Around) -> Iterator[Finding]:
    releases = Releases(around.machine)
    if (noted := releases.unsettled) is None:
        return
    if noted.state == "stuck":
        yield found(findings.UPGRADE_STUCK, after=noted.after)
    else:
        yield Finding(findings.UPGRADE_OPEN, {"after": noted.after}, releases.settle)


def _disk(around: Around) -> Iterator[Finding]:
    free = shutil.disk_usage(around.machine.at("/var/lib")).free
    if min(free, around.facts.free) < NEARLY_FULL:
        told = {"free": min(free, around.facts.free) // MIB}
        yield Finding(findings.DISK_FULL, told, around.machine.make_room)


def _steps(around: Around) -> Iterator[Finding]:
    """What `apply` did and is no longer so."""
    for step in STEPS:
        if not missing(step, around):
            continue
        if isinstance(step, Trust) and (why := _certificate(around, step)):
            yield why
            continue
        yield Finding(STEP_KINDS[step.name], step.about(around), _doing(step, around))


def _doing(step: Step, around: Around) -> Callable[[], None]:
    return lambda: step.do(around)


def _certificate(around: Around, step: Trust) -> Finding | None:
    """What is wrong with a certificate that can be read."""
    places, wanted = step.places(around), step.certified(around)
    try:
        said = authority.read_front(places.front.read_bytes())
        wanted = keeping.within(places, wanted)
    except (OSError, ValueError, NoAuthority):
        return None
    absent = [str(one) for one in (*wanted.names, *wanted.addresses)
              if one not in (*said.names, *said.addresses)]  # fmt: skip
    if absent:
        told: dict[str, object] = {"missing": ", ".join(absent)}
        return Finding(findings.CERTIFICATE_ELSEWHERE, told, _doing(step, around))
    now = datetime.fromtimestamp(around.facts.now, UTC)
    if said.until < now + timedelta(days=keeping.RENEW_DAYS):
        told = {"until": said.until.date().isoformat()}
        return Finding(findings.CERTIFICATE_ENDS, told, _doing(step, around))
    return None


def _enrolled(around: Around) -> Iterator[Finding]:
    if not around.enrolled and not around.answers.bundle:
        yield found(findings.NOT_ENROLLED)


def _backup(around: Around) -> Iterator[Finding]:
    """Sealed copies, once there is a key to seal them to and something to copy."""
    machine = around.machine
    if not machine.at(f"{DATA}/site.db").exists() or around.answers.spare:
        return
    key = machine.at(f"{DATA}/recovery.pub")
    if not key.exists():
        yield found(findings.NO_RECOVERY)
        return
    kept = [p.stat().st_mtime for p in machine.at(BACKUPS).glob("*") if p.is_file()]
    last = max(kept, default=key.stat().st_mtime)
    hours = int((around.facts.now - last) // 3600)
    if hours > BACKUP_HOURS:
        yield Finding(
            findings.BACKUP_OLD,
            {"hours": hours},
            lambda: machine.tell("start", "examsite-backup.service"),
        )


def _headquarters(around: Around) -> Iterator[Finding]:
    address = Settings.load(around.machine.at(DATA)).text("headquarters")
    if address and (away := why_away(address)):
        yield found(findings.HQ_AWAY, address=address, why=away[0], how=away[1])


LOOKS: tuple[Callable[[Around], Iterator[Finding]], ...] = (
    _machine,
    _clock,
    _upgrade,
    _disk,
    _steps,
    _enrolled,
    _backup,
    _headquarters,
)
