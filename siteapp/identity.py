"""Who this box is: its keys, its certificate, and the secret that checks candidates.

DATA/keys/sign.key  seal.seed  candidate.secret   (mode 0600; made on the box, never leave it)
DATA/certificate.json                            (headquarters' word for them)
"""

import functools
import hashlib
import hmac
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sync.errors import (
    AlreadyEnrolled,
    AlreadyInitialised,
    ForeignDataFolder,
    NotInitialised,
    OlderRegister,
)
from sync.registers import RegisterFile
from sync.wire import documents, dsse
from sync.wire.documents import Certificate, EnrolmentRequest, HeadquartersKeys, sign
from sync.wire.enrolment import (
    Answer,
    Bundle,
    read_answer_for,
    read_certificate,
    write_request,
)
from sync.wire.files import write_durably
from sync.wire.keys import OpeningKey, SigningKey, VerifyKey, load_key, save_key
from sync.wire.release import ReleaseReader
from sync.wire.rescue import SiteRescue
from sync.wire.trusted import sealed_to


@dataclass(frozen=True)
class Identity:
    """The site's identity, loaded; the certificate has been checked against the pinned root."""

    folder: Path
    certificate: Certificate
    sign: SigningKey = field(repr=False)
    seal: OpeningKey = field(repr=False)
    candidate_secret: bytes = field(repr=False)

    @property
    def site(self) -> str:
        """The site's id."""
        return self.certificate.site

    @functools.cached_property
    def rescue(self) -> SiteRescue:
        """The keys of rescue files, derived from the secret that a spare gets too."""
        return SiteRescue(self.site, self.candidate_secret)

    @functools.cached_property
    def register(self) -> RegisterFile:
        """The newest register of headquarters' keys that came here."""
        root = VerifyKey.from_bytes(self.certificate.headquarters.root)
        return RegisterFile(self.folder / "spool", root.key_id)

    def recipients(self) -> HeadquartersKeys:
        """What answers are sealed to; with a damaged register, the keys of the certificate."""
        return sealed_to(self.certificate.headquarters, self.register.sound())

    @functools.cached_property
    def releases(self) -> ReleaseReader:
        """What reads headquarters' unlock releases for this box."""
        key = VerifyKey.from_bytes(self.certificate.headquarters.unlock)
        return ReleaseReader(self.site, self.seal, key)

    @property
    def signer(self) -> str:
        """The name under which the site signs checkpoints."""
        return signer_of(self.site)

    def verifier(self, session: str, admission: str, secret: str) -> bytes:
        """What is stored to check a candidate's sign-in.

        HMAC-SHA256 under a secret that is neither in the database nor in its backups: numbers can
        be guessed, so no hash alone would protect them.
        """
        text = "\x1f".join(("examsite/sign-in", session, admission, secret.upper()))
        return hmac.digest(self.candidate_secret, text.encode(), "sha256")


def signer_of(site: str) -> str:
    """The name of a site's key in signed notes."""
    return f"examsite/{site}"


def make_keys(folder: Path) -> bytes:
    """Make this box's keys and return the enrolment request for headquarters."""
    if (folder / "hq.db").exists():
        raise ForeignDataFolder(owner="examhq", expected="examsite", folder=folder)
    if (folder / "keys").exists():
        raise AlreadyInitialised(folder=folder)
    (folder / "keys").mkdir(parents=True, mode=0o700)
    signer, opener = SigningKey.generate(), OpeningKey.generate()
    save_key(folder / "keys" / "sign.key", signer.to_bytes())
    save_key(folder / "keys" / "seal.seed", opener.seed)
    save_key(folder / "keys" / "candidate.secret", os.urandom(32))
    request = EnrolmentRequest(signer.public.to_bytes(), opener.public.to_bytes())
    envelope = sign(request, signer)
    write_durably(folder / "request.json", envelope)
    return envelope


def accept_certificate(folder: Path, envelope: bytes, root_fingerprint: str) -> Certificate:
    """Check headquarters' certificate for this box's keys and keep it with the pinned root."""
    certificate = read_certificate(envelope, root_fingerprint)
    signer = SigningKey.from_bytes(load_key(folder / "keys" / "sign.key", 32))
    if signer.public.to_bytes() != certificate.sign:
        raise ForeignDataFolder(owner=fingerprint(signer), expected=certificate.site, folder=folder)
    write_durably(folder / "root.txt", root_fingerprint.encode())
    write_durably(folder / "certificate.json", envelope)
    return certificate


def request_for(folder: Path, bundle: Bundle) -> bytes:
    """What this box asks with a bundle; its keys are made if they are not there.

    AlreadyEnrolled if the box has a certificate.
    """
    if (folder / "certificate.json").exists():
        raise AlreadyEnrolled(folder=folder)
    if not (folder / "keys").exists():
        make_keys(folder)
    signer = SigningKey.from_bytes(load_key(folder / "keys" / "sign.key", 32))
    opener = OpeningKey.from_seed(load_key(folder / "keys" / "seal.seed", 32))
    return write_request(bundle, signer, opener.public)


def accept_answer(folder: Path, bundle: Bundle, data: bytes) -> Certificate:
    """Check headquarters' answer, link by link from the bundle's root, and keep it.

    The register in it is kept too; if a newer one is here, that one judges the enrolment key.
    """
    certificate = read_answer_for(bundle, data)
    opener = OpeningKey.from_seed(load_key(folder / "keys" / "seal.seed", 32))
    if opener.public.to_bytes() != certificate.seal:
        raise ForeignDataFolder(
            owner=opener.public.key_id, expected=certificate.site, folder=folder
        )
    answer = documents.from_bytes(data, Answer)
    root = VerifyKey.from_bytes(bundle.root).key_id
    register = RegisterFile(folder / "spool", root)
    with suppress(OlderRegister):
        register.take(answer.register)
    held = register.held()
    if held is not None:
        held.require("enrolment", dsse.peek(answer.certificate)[2], certificate.issued_at)
    return accept_certificate(folder, data, root)


def fingerprint(signer: SigningKey) -> str:
    """The short name of a key that has no site yet."""
    return hashlib.sha256(signer.public.to_bytes()).hexdigest()[:16]


def load_identity(folder: Path) -> Identity:
    """The identity in `folder`, every link of it checked."""
    if (folder / "hq.db").exists():
        raise ForeignDataFolder(owner="examhq", expected="examsite", folder=folder)
    if not (folder / "certificate.json").exists():
        raise NotInitialised(folder=folder, command="examsite-setup enrol")
    pinned = (folder / "root.txt").read_text("ascii", "replace")
    certificate = read_certificate((folder / "certificate.json").read_bytes(), pinned)
    signer = SigningKey.from_bytes(load_key(folder / "keys" / "sign.key", 32))
    opener = OpeningKey.from_seed(load_key(folder / "keys" / "seal.seed", 32))
    certified = (certificate.sign, certificate.seal)
    if (signer.public.to_bytes(), opener.public.to_bytes()) != certified:
        raise ForeignDataFolder(owner=fingerprint(signer), expected=certificate.site, folder=folder)
    return Identity(
        folder=folder,
        certificate=certificate,
        sign=signer,
        seal=opener,
        candidate_secret=load_key(folder / "keys" / "candidate.secret", 32),
    )
