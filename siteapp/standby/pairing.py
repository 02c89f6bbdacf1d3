"""Pairing: a code that the primary shows, proofs that both know it, one identity handed over.

DATA/standby/offer.json   primary: the pairing key, until when, tries left
             asked.json   primary: the spare that proved it knows the code
             answer       primary: the identity sealed to that spare, once people compared
"""

import fcntl
import hmac
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from siteapp.clock import wall_ms
from siteapp.errors import PairingRefused
from siteapp.identity import Identity, accept_certificate
from siteapp.standby.folder import PairFolder, Peer
from sync.errors import AlreadyInitialised, CannotOpen, NotADocument
from sync.exam.specification import Struct
from sync.wire.files import write_durably
from sync.wire.keys import OpeningKey, SealingKey, save_key
from sync.wire.link import SECRET_LENGTH, any_certificate, fingerprint, pairing_key, proof
from sync.wire.passwords import new_password

PATH = "/api/standby/pair"
VALID_MS = 10 * 60_000
TRIES = 5
INFO = b"examsite/v1/spare\x00"
LOOK_S = 0.5
# Of what a primary says, for it may be something else that answers.
MOST_SAID = 300
# An origin and nothing more: pages get it in a header.
ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,100}")


class Offer(Struct, frozen=True):
    """What the primary knows of the code that it shows; the code itself is kept nowhere."""

    key: bytes
    salt: bytes
    until_ms: int
    tries: int = TRIES


class Ask(Struct, frozen=True):
    """What a spare says of itself, and its proof that it knows the code."""

    seal: bytes
    address: str
    proof: bytes

    def transcript(self, salt: bytes) -> bytes:
        """What both ends must have seen alike."""
        return b"\x00".join((salt, self.address.encode(), self.seal))


class Bundle(Struct, frozen=True):
    """What makes a spare of an empty folder: the site's identity and the secret of the link."""

    sign: bytes
    seal: bytes
    candidate: bytes
    certificate: bytes
    root: str
    link: bytes
    settings: bytes


class Given(Struct, frozen=True):
    """The primary's answer: the sealed bundle, and the proof that the primary knows the code."""

    sealed: bytes
    proof: bytes


def offer(pair: PairFolder) -> str:
    """Begin to offer a pairing; the code, good for ten minutes, five tries and one spare."""
    pair.path.mkdir(mode=0o700, exist_ok=True)
    code, salt = new_password(), os.urandom(16)
    made = Offer(pairing_key(code, salt), salt, wall_ms() + VALID_MS)
    with _alone(pair):
        for name in ("asked.json", "answer"):
            (pair.path / name).unlink(missing_ok=True)
        _keep(pair, made)
    return code


def withdraw(pair: PairFolder) -> None:
    """No pairing is offered any more."""
    with _alone(pair):
        (pair.path / "offer.json").unlink(missing_ok=True)


@contextmanager
def _alone(pair: PairFolder) -> Iterator[None]:
    """One at a time reads and writes the offer: threads of the service, and the command."""
    with (pair.path / "offer.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _keep(pair: PairFolder, made: Offer) -> None:
    write_durably(pair.path / "offer.json", msgspec.json.encode(made), 0o600)


def _offer(pair: PairFolder) -> Offer:
    try:
        made = msgspec.json.decode((pair.path / "offer.json").read_bytes(), type=Offer)
    except FileNotFoundError:
        raise PairingRefused(reason_zh="主服务器未在配对", reason_en="nothing offered") from None
    if wall_ms() > made.until_ms or made.tries <= 0:
        raise PairingRefused(reason_zh="配对码已失效", reason_en="the code is no longer good")
    return made


def offered(pair: PairFolder, identity: Identity) -> dict[str, Any]:
    """What a spare must know before it asks."""
    return {"salt": _offer(pair).salt.hex(), "site": identity.site}


def asked(pair: PairFolder, identity: Identity, body: bytes) -> bytes | None:
    """A spare's question at the primary: the answer, or None until people have compared."""
    _offer(pair)
    try:
        ask = msgspec.json.decode(body, type=Ask)
        SealingKey.from_bytes(ask.seal)
    except (ValueError, NotADocument):
        raise PairingRefused(reason_zh="格式不正确", reason_en="malformed") from None
    _check_address(ask.address)
    with _alone(pair):
        return _answer(pair, ask, body)


def _answer(pair: PairFolder, ask: Ask, body: bytes) -> bytes | None:
    made = _offer(pair)
    transcript = ask.transcript(made.salt)
    if not hmac.compare_digest(proof(made.key, "spare", transcript), ask.proof):
        _keep(pair, msgspec.structs.replace(made, tries=made.tries - 1))
        raise PairingRefused(reason_zh="配对码不正确", reason_en="the code is wrong")
    path = pair.path / "asked.json"
    if not path.exists():
        write_durably(path, body)
    if path.read_bytes() != body:
        raise PairingRefused(reason_zh="已有另一台在配对", reason_en="another one asked first")
    answer = pair.path / "answer"
    return answer.read_bytes() if answer.exists() else None


def waiting(pair: PairFolder) -> Ask | None:
    """The spare that has asked, if one has."""
    try:
        return msgspec.json.decode((pair.path / "asked.json").read_bytes(), type=Ask)
    except FileNotFoundError:
        return None


def shown(pair: PairFolder, ask: Ask) -> str:
    """The fingerprint that the primary shows."""
    return fingerprint(ask.transcript(_offer(pair).salt))


def approve(pair: PairFolder, identity: Identity, ask: Ask) -> None:
    """People compared the fingerprints: seal the identity to this spare and pair with it."""
    made = _offer(pair)
    transcript = ask.transcript(made.salt)
    secret = os.urandom(SECRET_LENGTH)
    bundle = bundle_of(identity, secret)
    sealing = SealingKey.from_bytes(ask.seal)
    sealed = sealing.seal(msgspec.json.encode(bundle), INFO + transcript)
    given = Given(sealed, proof(made.key, "primary", transcript + sealed))
    pair.pair(Peer("primary", ask.address), secret)
    write_durably(pair.path / "answer", msgspec.json.encode(given))


def bundle_of(identity: Identity, link: bytes) -> Bundle:
    """What another machine needs to be this site."""
    settings = identity.folder / "settings.toml"
    return Bundle(
        identity.sign.to_bytes(),
        identity.seal.seed,
        identity.candidate_secret,
        (identity.folder / "certificate.json").read_bytes(),
        (identity.folder / "root.txt").read_text("ascii"),
        link,
        settings.read_bytes() if settings.exists() else b"",
    )


def _check_address(address: str) -> None:
    if not ADDRESS.fullmatch(address):
        raise PairingRefused(
            reason_zh=f"地址应为 http://主机:端口，不是 {address}",
            reason_en=f"an address must be http://host:port, not {address}",
        )


class Asking:
    """The spare's side of a pairing."""

    def __init__(self, primary: str, address: str, code: str) -> None:
        _check_address(address)
        _check_address(primary)
        self._http = httpx.Client(trust_env=False, timeout=15, verify=any_certificate())
        self._primary = primary
        salt, self.site = self._offer()
        self._key = pairing_key(code, salt)
        self._opener = OpeningKey.generate()
        bare = Ask(self._opener.public.to_bytes(), address, b"")
        self._transcript = bare.transcript(salt)
        mine = proof(self._key, "spare", self._transcript)
        self._ask = msgspec.structs.replace(bare, proof=mine)
        self.fingerprint = fingerprint(self._transcript)

    def _offer(self) -> tuple[bytes, str]:
        """What the primary says of its offer."""
        try:
            said = self._ask_primary("GET").json()
            return bytes.fromhex(said["salt"]), str(said["site"])
        except (ValueError, KeyError, TypeError):
            raise _no_primary(self._primary) from None

    def _ask_primary(self, method: str, body: bytes = b"") -> httpx.Response:
        try:
            return _said(self._http.request(method, self._primary + PATH, content=body))
        except (httpx.HTTPError, httpx.InvalidURL):
            raise PairingRefused(
                reason_zh=f"连不上 {self._primary}，请核对主服务器的地址，并确认它正在运行",
                reason_en=f"{self._primary} does not answer; check the primary's address,"
                " and that it serves",
            ) from None

    def wait(self, folder: Path, patience_s: float) -> None:
        """Ask until the primary's administrator says yes, then make the spare's folder."""
        until = time.monotonic() + patience_s
        body = msgspec.json.encode(self._ask)
        while (got := self._ask_primary("POST", body)).status_code != httpx.codes.OK:
            if time.monotonic() > until:
                raise PairingRefused(reason_zh="等待确认超时", reason_en="nobody confirmed it")
            time.sleep(LOOK_S)
        self._take(folder, got.content)

    def _take(self, folder: Path, content: bytes) -> None:
        try:
            given = msgspec.json.decode(content, type=Given)
            wanted = proof(self._key, "primary", self._transcript + given.sealed)
            if not hmac.compare_digest(wanted, given.proof):
                raise CannotOpen(reason="not by the pairing code")
            opened = self._opener.open(given.sealed, INFO + self._transcript)
            bundle = msgspec.json.decode(opened, type=Bundle)
        except (ValueError, CannotOpen):
            raise PairingRefused(
                reason_zh="对方不是主服务器", reason_en="it is not the primary that answered"
            ) from None
        need_empty(folder)
        # First: with the identity alone it would serve as a second primary.
        PairFolder(folder).pair(Peer("spare", self._primary), bundle.link)
        write_identity(folder, bundle)


def need_empty(folder: Path) -> None:
    """AlreadyInitialised if the folder is some server's already."""
    if (folder / "keys").exists():
        raise AlreadyInitialised(folder=folder)


def write_identity(folder: Path, bundle: Bundle) -> None:
    """The site's identity in a new folder."""
    need_empty(folder)
    (folder / "keys").mkdir(parents=True, mode=0o700)
    save_key(folder / "keys" / "sign.key", bundle.sign)
    save_key(folder / "keys" / "seal.seed", bundle.seal)
    save_key(folder / "keys" / "candidate.secret", bundle.candidate)
    accept_certificate(folder, bundle.certificate, bundle.root)
    if bundle.settings and not (folder / "settings.toml").exists():
        write_durably(folder / "settings.toml", bundle.settings)


def _said(answer: httpx.Response) -> httpx.Response:
    """The answer, or PairingRefused with what the primary said."""
    if answer.status_code < httpx.codes.BAD_REQUEST:
        return answer
    try:
        told = answer.json()["error"]["message"]
        zh, en = str(told["zh"]), str(told["en"])
    except (ValueError, KeyError, TypeError):
        raise _no_primary(str(answer.url.copy_with(path="/"))) from None
    before = PairingRefused.message.fill(reason_zh="", reason_en="")
    raise PairingRefused(
        reason_zh=zh.removeprefix(before.zh)[:MOST_SAID],
        reason_en=en.removeprefix(before.en)[:MOST_SAID],
    )


def _no_primary(address: str) -> PairingRefused:
    return PairingRefused(
        reason_zh=f"{address} 不是考点服务器", reason_en=f"{address} is no server of a site"
    )
