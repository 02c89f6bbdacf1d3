"""The site's courier: its own process, which opens the spool and the keys but no database."""

from functools import partial
from importlib import metadata
from pathlib import Path
from threading import Event

from siteapp.config import Settings
from siteapp.identity import Identity, load_identity
from sync.courier import Courier
from sync.errors import NotReady
from sync.progress import note_half
from sync.reports import Reports
from sync.spool import Spool
from sync.stick import StickTransport
from sync.stock import Stock
from sync.transport import HttpTransport, wall_ms
from sync.updates import Updates
from sync.updating import Updating
from sync.version_rules import RuleFile
from sync.windows import read_windows
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister


def make_courier(folder: Path, stick: Path | None = None) -> Courier:
    """A courier between this site's spool and headquarters, or a stick in its place."""
    identity = load_identity(folder)
    settings, spool = Settings.load(folder), Spool(folder / "spool")
    transport: HttpTransport | StickTransport
    if stick is not None:
        transport = StickTransport(stick, identity.site)
    elif not settings.text("headquarters"):
        raise NotReady(
            reason_zh="设置中没有考务总部地址 (headquarters)",
            reason_en="no address of headquarters in the settings (headquarters)",
        )
    else:
        transport = HttpTransport(
            settings.text("headquarters"),
            identity.site,
            identity.sign,
            sent=partial(note_half, spool.folder),
        )
    receipt_key = VerifyKey.from_bytes(identity.certificate.headquarters.receipt)
    longest = settings.number("courier_seconds")

    def pause(stop: Event, seconds: float) -> object:
        return stop.wait(min(seconds, longest))

    return Courier(
        spool,
        transport,
        receipt_key,
        identity.site,
        register=(identity.register, transport),
        releases=identity.releases,
        stock=Stock(spool, identity.site, identity.sign, wall_ms),
        reports=Reports(spool.folder),
        rules=(RuleFile(spool.folder, receipt_key), transport),
        updating=_updating(identity, settings, spool, transport),
        pause=pause,
    )


def _updating(
    identity: Identity, settings: Settings, spool: Spool, line: HttpTransport | StickTransport
) -> Updating | None:
    """Newer software over the line, kept beside the spool; from a stick a person takes it."""
    if not isinstance(line, HttpTransport):
        return None

    def kept(register: KeyRegister | None) -> Updates:
        return updates_of(identity, register, wall_ms())

    def sat() -> bool:
        return read_windows(spool.folder).cover(wall_ms())

    return Updating(line, kept, sat, settings.number("update_kib_per_s"))


def updates_of(identity: Identity, register: KeyRegister | None, now: int) -> Updates:
    """What this site keeps of updates, judged by what runs here."""
    release = [VerifyKey.from_bytes(raw) for raw in identity.certificate.headquarters.release]
    return Updates(identity.folder, release, register, metadata.version("examsite"), now)
