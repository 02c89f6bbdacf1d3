"""Headquarters' own keys: handed to those who keep them; their register, rotated and revoked.

The root key signs each new register and is read from a file that its keeper brings. Sites get the
newest one with everything else; docs/design/keys.md says what they do with it.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy import Connection, insert, select, update

from sync.errors import AlreadyInitialised, AlreadyThere, NotFound
from sync.headquarters.errors import KeyNeeded, NotTheRoot
from sync.headquarters.register.refusals import KeyFileThere, KeyTaken
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import RELEASE_KEYS, Headquarters
from sync.headquarters.store.kinds import KINDS
from sync.headquarters.store.schema import key_registers
from sync.wire import documents, dsse
from sync.wire.documents import HeadquartersKeys, Receipt
from sync.wire.files import sync_folder, write_durably
from sync.wire.keys import SECRET_LENGTH, SigningKey, load_key, save_key
from sync.wire.register import NEEDED, KeyRegister, RegisteredKey, Role

# Keys that do not stay on headquarters' machine, and their files there.
_FILES = {"root": "root.key", "escrow": "escrow.seed"} | {n: f"{n}.key" for n in RELEASE_KEYS}
TO_TAKE = tuple(_FILES)
_NEWEST = select(key_registers.c.envelope).order_by(key_registers.c.serial.desc()).limit(1)
DAY_MS = 86_400_000
Keys = tuple[RegisteredKey, ...]


def take(headquarters: Headquarters, by: Stamp, name: str, target: Path) -> None:
    """Move a key to `target`; KeyTaken if it was taken before, KeyFileThere if a file is there."""
    source = headquarters.folder / "keys" / _FILES[name]
    if not source.exists():
        raise KeyTaken(name=name)
    try:
        save_key(target, load_key(source, SECRET_LENGTH))
    except AlreadyInitialised:
        raise KeyFileThere(path=str(target)) from None
    with headquarters.store.writing() as db:
        record(db, by, "keys.take", name=name)
    source.unlink()
    sync_folder(source.parent)


def newest(headquarters: Headquarters) -> bytes | None:
    """The register as the root signed it; None before the first."""
    found = headquarters.store.ask(_NEWEST)
    return found[0] if found else None


def register_of(headquarters: Headquarters) -> KeyRegister | None:
    """The register that counts; None before the first."""
    envelope = newest(headquarters)
    return documents.peek(envelope, KeyRegister) if envelope else None


def known_keys(headquarters: Headquarters, now: int) -> KeyRegister:
    """All keys: those of the register, or what it would begin with."""
    found = register_of(headquarters)
    public = headquarters.keys.public()
    return found or KeyRegister(serial=1, issued_at=now, root=public.root, keys=_first(public, now))


def release_key(headquarters: Headquarters, by: Stamp, key_id: str) -> RegisteredKey:
    """A release key that signs now, by headquarters' own clock; NotFound if it does not."""
    for one in known_keys(headquarters, by.at).usable("release"):
        if one.key_id == key_id and (one.until is None or by.at < one.until):
            return one
    raise NotFound(what=f"release {key_id}")


def revoke(
    headquarters: Headquarters, by: Stamp, root: SigningKey, key_id: str, reason: str
) -> KeyRegister:
    """This key is good for nothing more; KeyNeeded if a new one must be made first.

    Receipts that it signed are signed anew, for sites no longer believe them.
    """
    found = _find(headquarters, by, key_id)
    if found.revoked is not None:
        raise AlreadyThere(what=key_id)
    if found.role not in (*NEEDED, "enrolment"):
        raise KeyNeeded(role=found.role)

    def change(keys: Keys) -> Keys:
        revoked = msgspec.structs.replace(found, revoked=by.at, reason=reason)
        return tuple(revoked if one == found else one for one in keys)

    if found.role == "unlock" and headquarters.keys.unlock().public.key_id == key_id:
        raise KeyNeeded(role=found.role)
    if found.role != "receipt":
        return issue(headquarters, by, root, "keys.revoke", change, key=key_id, reason=reason)
    with headquarters.serving():
        if headquarters.keys.receipt().public.key_id == key_id:
            raise KeyNeeded(role=found.role)
        made = issue(headquarters, by, root, "keys.revoke", change, key=key_id, reason=reason)
        sign_anew(headquarters, headquarters.keys.receipt(), key_id)
    return made


def _newest(db: Connection) -> bytes | None:
    found: bytes | None = db.scalar(_NEWEST)
    return found


def _first(public: HeadquartersKeys, now: int) -> Keys:
    raw: list[tuple[Role, bytes]] = [("release", key) for key in public.release]
    raw += [("receipt", public.receipt), ("unlock", public.unlock)]
    raw += [("headquarters", public.seal), ("escrow", public.escrow)]
    keys = (
        # Each release key is another officer's.
        RegisteredKey(role, key, place if role == "release" else 0, now, None, None, None)
        for place, (role, key) in enumerate(raw)
    )
    return tuple(sorted(keys, key=_order))


def _order(one: RegisteredKey) -> tuple[str, bytes]:
    return one.role, one.key


def _age(one: RegisteredKey) -> tuple[bool, int, bytes]:
    # Several of one millisecond: the one that nothing has ended is the newest.
    return one.until is None, one.since, one.key


def _find(headquarters: Headquarters, by: Stamp, key_id: str) -> RegisteredKey:
    for one in known_keys(headquarters, by.at).keys:
        if one.key_id == key_id:
            return one
    raise NotFound(what=key_id)


def issue(
    headquarters: Headquarters,
    by: Stamp,
    root: SigningKey,
    act: str,
    change: Callable[[Keys], Keys],
    **what: object,
) -> KeyRegister:
    """The next register, signed and kept; what headquarters tells new sites follows it."""
    public = headquarters.keys.public()
    if root.public.to_bytes() != public.root:
        raise NotTheRoot(key=root.public.key_id)
    with headquarters.store.writing() as db:
        envelope = _newest(db)
        before = documents.peek(envelope, KeyRegister) if envelope else None
        keys = change(before.keys if before else _first(public, by.at))
        try:
            made = KeyRegister(
                serial=before.serial + 1 if before else 1,
                # A clock that was set back makes no register that is older than the last.
                issued_at=max(by.at, before.issued_at if before else 0),
                root=public.root,
                keys=tuple(sorted(keys, key=_order)),
            )
        except ValueError:
            raise KeyNeeded(role=str(what.get("key", ""))) from None
        signed = documents.sign(made, root)
        db.execute(insert(key_registers).values(serial=made.serial, envelope=signed, at=by.at))
        record(db, by, act, serial=made.serial, **what)
        told = _told(public, made)
        write_durably(headquarters.folder / "keys" / "public.json", documents.to_bytes(told))
    return made


def _told(public: HeadquartersKeys, register: KeyRegister) -> HeadquartersKeys:
    """What a certificate names: of each line the newest key, for it does not say whose they are."""
    newest = {one.line: one.key for one in sorted(register.usable("release"), key=_age)}
    release = tuple(sorted(newest.values()))
    return msgspec.structs.replace(
        public,
        release=release,
        receipt=register.newest("receipt").key,
        unlock=register.newest("unlock").key,
        seal=register.newest("headquarters").key,
        escrow=register.newest("escrow").key,
    )


def sign_anew(
    headquarters: Headquarters, key: SigningKey, key_id: str, digest: str | None = None
) -> None:
    """Put a signature by `key` in the place of that by `key_id`, on all receipts or a digest's."""
    with headquarters.store.writing() as db:
        for table in (kind.receipts for kind in KINDS):
            query = select(table)
            if digest is not None:
                query = query.where(table.c.digest == digest)
            for row in db.execute(query).all():
                if dsse.peek(row.envelope)[2] != (key_id,):
                    continue
                envelope = documents.sign(documents.peek(row.envelope, Receipt), key)
                here = (table.c.digest == row.digest) & (table.c.level == row.level)
                db.execute(update(table).where(here).values(envelope=envelope))
