"""What this site trusts and is trusted by, and when it ends: read and asked, not assumed."""

import socket
import ssl
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from siteapp.identity import Identity, load_identity
from siteapp.lan.addresses import places
from siteapp.readiness.checks import Threshold, judge, known
from sync.errors import DocumentRefused, ExamError
from sync.wire.readiness import Finding
from sync.wire.register import KeyRegister

# Where the front listens.
HTTPS = 443
PATIENCE_S = 2.0
DAY_S = 86_400
ENDED = -1
Where = tuple[str, int]


class Ends(NamedTuple):
    """What was found; days are whole ones that are left, `ENDED` if none; None is not known."""

    certificate: bool
    certificate_said: str
    key_days: int | None = None
    key_said: str = ""
    register_days: int | None = None
    # None: there is no front, so nothing of it can end.
    front: str | None = None
    front_days: int | None = None


def find_ends(identity: Identity, front: bool, now: int) -> Ends:
    """Read the certificate and the register of keys again, and ask the front for its own."""
    good, said = _certificate(identity)
    key_days, key_said, register_days = _keys(identity, now)
    ends = Ends(good, said, key_days, key_said, register_days)
    if not front:
        return ends
    at = [("127.0.0.1", HTTPS), *((one.address, HTTPS) for one in places())]
    days, told = front_days(at, now)
    return ends._replace(front=told, front_days=days)


def _certificate(identity: Identity) -> tuple[bool, str]:
    """The one on the disk, every link of it checked again."""
    try:
        kept = load_identity(identity.folder).certificate
    except ExamError as error:
        return False, error.code
    except OSError as error:
        return False, type(error).__name__
    return kept == identity.certificate, f"{kept.site} #{kept.serial}"


def _keys(identity: Identity, now: int) -> tuple[int | None, str, int | None]:
    """Days to the end of the key that ends first, its role, and the register's age in days."""
    try:
        held = identity.register.held()
    except DocumentRefused as error:
        return None, error.code, None
    if held is None:
        return None, "", None
    age = max(0, now - held.issued_at) // (DAY_S * 1000)
    ending = list(_ending(held))
    if not ending:
        return None, "", age
    until, role = min(ending)
    return _days((until - now) / 1000), f"{role} #{held.serial}", age


def _ending(register: KeyRegister) -> Iterable[tuple[int, str]]:
    """The end of each holder's newest usable key, where one is set."""
    for role, line in {(one.role, one.line) for one in register.keys}:
        of = [one for one in register.usable(role) if one.line == line]
        if of and all(one.until is not None for one in of):
            yield max(one.until or 0 for one in of), role


def _days(seconds: float) -> int:
    return ENDED if seconds <= 0 else int(seconds // DAY_S)


def front_days(at: Sequence[Where], now: int) -> tuple[int | None, str]:
    """How long the certificate is good that machines get from the front, and who has it."""
    for where in at:
        try:
            pem = ssl.get_server_certificate(where, timeout=PATIENCE_S)
            told = _told(pem, where)
        except ssl.SSLCertVerificationError as error:
            # Of what we asked, only its time can be wrong.
            return ENDED, error.verify_message
        except OSError:
            continue
        return _days(ssl.cert_time_to_seconds(str(told["notAfter"])) - now / 1000), where[0]
    return None, ""


def _told(pem: str, where: Where) -> dict[str, object]:
    """What that very certificate says; trusted for this look alone, to be read."""
    context = ssl.create_default_context(cadata=pem)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    with (
        socket.create_connection(where, timeout=PATIENCE_S) as raw,
        context.wrap_socket(raw) as made,
    ):
        return dict(made.getpeercert() or {})


def judge_ends(ends: Ends, threshold: Threshold) -> list[Finding]:
    """The site's certificate, headquarters' keys, and the certificate that machines see."""
    found = [known("certificate", ends.certificate, ends.certificate_said)]
    if ends.key_days is None and ends.register_days is not None:
        # The register is here and sets no end.
        found.append(known("key-end", True, ""))
    else:
        found.append(judge("key-end", ends.key_days, threshold, ends.key_said))
    found.append(judge("register-age", ends.register_days, threshold))
    if ends.front is not None:
        found.append(judge("front-certificate", ends.front_days, threshold, ends.front))
    return found
