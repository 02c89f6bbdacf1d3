"""Exam packages at the site: received, held sealed, released. No key of an item ever comes here."""

import hashlib
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session
from siteapp.conduct.unlocking import early_s
from siteapp.errors import OtherPackage, ReasonForEarly, UnlockWait
from siteapp.identity import Identity
from siteapp.store import records
from siteapp.store.live import Live
from siteapp.store.writer import Decision
from sync.disk import free_bytes
from sync.errors import (
    AlreadyThere,
    DiskTooFull,
    DocumentAltered,
    DocumentRefused,
    NotFound,
    NotReady,
    SignatureRefused,
    WrongUnlockCode,
)
from sync.exam.paper import Authored, Form, References, authored, candidate_view
from sync.exam.practice import FormKeys, check_keys
from sync.exam.sitting import SessionPlan, check_plan, form_for
from sync.spool import digest_of
from sync.wire.documents import Papers, read_papers, read_plan, verify_package
from sync.wire.files import sync_folder, write_durably
from sync.wire.photos import read_photos
from sync.wire.sealed import SealedDocument
from sync.wire.unlock import UnlockCode

CHUNK = 1 << 20
# Who unlocks where nobody is signed in.
CONSOLE = "examsite"


@dataclass(frozen=True, slots=True)
class AttemptPaper:
    """One attempt's paper: what the page gets, and what its opaque references stand for."""

    form: Form
    key: bytes = field(repr=False)
    tokens: References = field(repr=False)
    run: int = 0
    # item → the place of its part in the form.
    part_of: Mapping[str, int] = field(default_factory=dict, repr=False)

    @property
    def view(self) -> dict[str, object]:
        """The paper as the page gets it; made anew each time, a page asks for it once."""
        return candidate_view(self.form, self.key)


class Shelf:
    """The packages of this site, and the papers of those that are unlocked (in memory only)."""

    def __init__(
        self,
        identity: Identity,
        live: Live,
        reserve_mib: int = 0,
        secure: Callable[[list[str]], None] = lambda names: None,
    ) -> None:
        # Called with what must be on the second server's disk too, before the commit of it.
        self._secure = secure
        self.folder = identity.folder / "packages"
        self.folder.mkdir(exist_ok=True)
        self._identity = identity
        self._live = live
        self._reserve_mib = reserve_mib
        self._papers: dict[str, Papers] = {}
        # session → its photos, in memory only; the first who asks opens them.
        self._photos: dict[str, dict[str, bytes]] = {}
        self._looking = threading.Lock()
        # One try at a time: the next one knows of the wrong one before it.
        self._trying = threading.Lock()
        self._attempts: dict[tuple[str, str], AttemptPaper] = {}
        # (session, form) → what attempts on it refer to; they share it.
        self._parts: dict[tuple[str, str], Mapping[str, int]] = {}
        self._forms: dict[tuple[str, str], tuple[Form, tuple[Authored, ...]]] = {}

    def load(self) -> None:
        """After a restart: open again what was unlocked, with the key held for this box."""
        for session, held in records.held_keys(self._live).items():
            key = self._identity.seal.open(held, _held_info(session))
            self._papers[session] = read_papers(self.package(session), key)

    def receive(self, path: Path) -> SessionPlan:
        """Verify a package to its last byte and take it in; nothing is kept of a refused one.

        One that is here already is AlreadyThere, but takes the place of a kept file that the disk
        has damaged.
        """
        identity = self._identity
        package = verify_package(path, identity.certificate, identity.register.held())
        try:
            self._refuse_second(str(package.identity["session"]), package.digest)
        except AlreadyThere:
            self._keep(path, package.digest)
            raise
        plan = check_plan(read_plan(package, self._identity.seal))
        read_photos(package, self._identity.seal, plan)
        self._room_for(path)
        self._secure([self._keep(path, package.digest)])
        event = NewEvent("import", {"package": package.digest})
        held = _without_identities(plan)
        keep = records.keep_session(plan.id, package.digest, msgspec.json.encode(held).decode())
        self._live.add_session(held, lambda _: Decision([event]), (keep,), self._verifiers(plan))
        return plan

    def _keep(self, path: Path, digest: str) -> str:
        """The verified file under its name, whatever lay there; the name."""
        kept = self.folder / f"{digest}.package"
        if not kept.exists() or digest_of(kept) != digest:
            with path.open("rb") as source:
                write_durably(kept, iter(lambda: source.read(CHUNK), b""))
        return kept.name

    def _refuse_second(self, session: str, digest: str) -> None:
        """The same package again is AlreadyThere; another one for the session is OtherPackage."""
        known = records.packages(self._live).get(session)
        if known == digest:
            raise AlreadyThere(what=session)
        if known is not None:
            raise OtherPackage(session=session)

    def _room_for(self, path: Path) -> None:
        free = free_bytes(self.folder)
        needed = path.stat().st_size + self._reserve_mib * 1024 * 1024
        if free < needed:
            raise DiskTooFull(
                needed_mib=-(-needed // 2**20), free_mib=free // 2**20, folder=self.folder
            )

    def _verifiers(self, plan: SessionPlan) -> dict[str, bytes]:
        check = self._identity.verifier
        return {c.admission: check(plan.id, c.admission, c.identity[-6:]) for c in plan.candidates}

    def package(self, session: str) -> SealedDocument:
        """The package of a session, verified again from the disk."""
        digest = records.packages(self._live)[session]
        return verify_kept(self.folder / f"{digest}.package", self._identity)

    def unlock(
        self,
        session: Session,
        codes: tuple[UnlockCode, UnlockCode],
        by: str = CONSOLE,
        reason: str = "",
        second: str = "",
    ) -> None:
        """Open the papers with both officials' codes; needs no line to anyone.

        Wrong codes are journalled and make the next try wait (UnlockWait). Where the wall clock
        says that it is early, ReasonForEarly without a reason; with one, that is journalled, with
        who vouched for it.
        """
        early = early_s(session.plan.starts_at, self._live.clock.wall())
        if early and not reason.strip():
            raise ReasonForEarly(minutes=-(-early // 60))
        with self._trying:
            package, key = self._try(session, codes, by)
            self._open(session, package, key, _early(early, reason.strip(), by, second))

    def unlock_released(self, session: Session, codes: tuple[UnlockCode, UnlockCode]) -> None:
        """Open the papers with codes that came over the network: the hour has come."""
        with self._trying:
            if session.unlocked:
                raise AlreadyThere(what=session.plan.id)
            package = self.package(session.plan.id)
            key = package.unlock("papers", self._identity.seal, codes)
            self._open(session, package, key, [], "network")

    def _try(
        self, session: Session, codes: tuple[UnlockCode, UnlockCode], by: str
    ) -> tuple[SealedDocument, bytes]:
        if session.unlocked:
            raise AlreadyThere(what=session.plan.id)
        wait = session.unlock_tries.wait_ms(self._live.clock.now())
        if wait:
            raise UnlockWait(seconds=-(-wait // 1000))
        package = self.package(session.plan.id)
        try:
            return package, package.unlock("papers", self._identity.seal, codes)
        except WrongUnlockCode:
            at = self._live.clock.now()
            wrong = NewEvent(
                "unlock-refused", {"package": package.digest, "by": by, "clock_ms": at}
            )
            self._live.act(session, lambda _: Decision([wrong]))
            raise

    def _open(
        self,
        session: Session,
        package: SealedDocument,
        key: bytes,
        told: list[NewEvent],
        way: str = "codes",
    ) -> None:
        papers = read_papers(package, key)
        check_forms(session.plan, papers)
        held = self._identity.seal.public.seal(key, _held_info(session.plan.id))
        keep = records.keep_key(session.plan.id, held)
        event = NewEvent("unlock", {"package": package.digest, "way": way})

        def decide(state: Session) -> Decision:
            if state.unlocked:
                raise AlreadyThere(what=state.plan.id)
            return Decision([*told, event], [keep])

        # The papers are on the shelf first, so that nobody meets an unlocked session without them.
        self._papers[session.plan.id] = papers
        self._live.act(session, decide)

    def paper(self, session: Session, attempt: Attempt) -> AttemptPaper:
        """The paper of a started attempt."""
        place = (session.plan.id, attempt.id)
        found = self._attempts.get(place)
        # A start that found no room on the disk is taken back, and the next may give another form.
        run = attempt.runs
        if found is None or (found.form.id, found.run) != (attempt.form, run):
            papers = self._papers.get(session.plan.id)
            if papers is None:
                raise NotReady(reason_zh="试卷尚未解锁", reason_en="the papers are still sealed")
            form, every = self._form(session.plan.id, attempt.form)
            key = _attempt_key(place, papers.seed, run)
            found = self._attempts[place] = AttemptPaper(
                form, key, References(every, key), run, self._part_of(session, form)
            )
        return found

    def _part_of(self, session: Session, form: Form) -> Mapping[str, int]:
        """item → its part; made once a form, its attempts share it."""
        found = self._parts.get((session.plan.id, form.id))
        if found is None:
            places = enumerate(form.parts)
            found = {item.id: place for place, part in places for item in part.items}
            self._parts[session.plan.id, form.id] = found
        return found

    def keys(self, session: Session, attempt: Attempt) -> FormKeys:
        """What is right in this attempt's form; NotFound unless it is a practice."""
        papers = self._papers.get(session.plan.id)
        if papers is None or attempt.form not in papers.keys:
            raise NotFound(what="keys")
        return papers.keys[attempt.form]

    def recognise(
        self, session: Session, attempt: Attempt, refs: Collection[str]
    ) -> tuple[str, References]:
        """The form that an attempt's page refers to, where the journal does not say; what it means.

        Of the sitting's forms that which knows most of these, the seat's own before others.
        """
        seed = self._papers[session.plan.id].seed
        key = _attempt_key((session.plan.id, attempt.id), seed, attempt.runs)
        sitting = session.sitting_of(attempt)
        own = form_for(sitting, attempt.seat)
        found = {
            form: References(self._form(session.plan.id, form)[1], key)
            for form in sorted(sitting.forms, key=lambda form: form != own)
        }
        form = max(found, key=lambda form: sum(ref in found[form] for ref in refs))
        return form, found[form]

    def material(self, session: Session, attempt: Attempt, file: str) -> bytes:
        """A file that this attempt's paper hands out or shows; NotFound for any other."""
        form = self.paper(session, attempt).form
        handed = [m.file for task in form.tasks for m in task.materials]
        if file not in (*handed, *form.media()):
            raise NotFound(what="material")
        try:
            return self._papers[session.plan.id].materials[file]
        except KeyError:
            raise NotFound(what="material") from None

    def files(self, session: Session) -> list[str] | None:
        """The names of all materials; None while the papers are sealed."""
        papers = self._papers.get(session.plan.id)
        return None if papers is None else list(papers.materials)

    def photo(self, session: Session, admission: str) -> bytes:
        """A candidate's photo, out of the sealed package; NotFound if headquarters sent none."""
        try:
            return self._pictures(session)[admission]
        except KeyError:
            raise NotFound(what="photo") from None

    def photographed(self, session: Session) -> Collection[str]:
        """The admission numbers of whom headquarters sent a photo."""
        return self._pictures(session).keys()

    def _pictures(self, session: Session) -> Mapping[str, bytes]:
        with self._looking:
            if session.plan.id not in self._photos:
                package = self.package(session.plan.id)
                found = read_photos(package, self._identity.seal, session.plan)
                self._photos[session.plan.id] = found.photos
            return self._photos[session.plan.id]

    def forget(self, session: str, digest: str) -> None:
        """Nothing of the session's package is left, in memory or on the disk."""
        self._papers.pop(session, None)
        self._photos.pop(session, None)
        for place in [p for p in list(self._attempts) if p[0] == session]:
            self._attempts.pop(place, None)
        for form in [f for f in list(self._forms) if f[0] == session]:
            self._forms.pop(form, None)
        (self.folder / f"{digest}.package").unlink(missing_ok=True)
        sync_folder(self.folder)

    def _form(self, session: str, name: str) -> tuple[Form, tuple[Authored, ...]]:
        found = self._forms.get((session, name))
        if found is None:
            form = next(f for f in self._papers[session].forms if f.id == name)
            found = self._forms[session, name] = form, authored(form)
        return found

    def items_by_form(self, session: Session) -> dict[str, int]:
        """form → number of items, for hand-ins."""
        papers = self._papers.get(session.plan.id)
        return {f.id: len(f.items()) + f.deliverables() for f in papers.forms} if papers else {}


def _early(seconds: int, reason: str, by: str, second: str) -> list[NewEvent]:
    """What the journal says of papers that are opened before their hour; nothing in time."""
    if not seconds:
        return []
    body = {"attempt": "", "act": "unlock-early", "reason": reason, "by": by, "second": second}
    told = NewEvent("unlock-early", {"seconds": seconds, "reason": reason, "by": by})
    return [NewEvent("vouched", body), told] if second else [told]


def _attempt_key(place: tuple[str, str], seed: bytes, run: int) -> bytes:
    """What shuffles an attempt's paper; in another run it is shuffled anew."""
    words = (*place, str(run)) if run else place
    return hashlib.blake2b("\x1f".join(words).encode(), key=seed, digest_size=32).digest()


def _held_info(session: str) -> bytes:
    return b"examsite/v1/held\x00" + session.encode()


def _without_identities(plan: SessionPlan) -> SessionPlan:
    """The plan for the site's own disk: identity numbers stay in the sealed package only."""
    replace = msgspec.structs.replace
    return replace(plan, candidates=tuple(replace(c, identity="") for c in plan.candidates))


def verify_kept(path: Path, identity: Identity) -> SealedDocument:
    """A package that was taken in, verified again; what was revoked since refuses nothing."""
    try:
        register = identity.register.held()
    except DocumentRefused:
        # A damaged register must not keep the papers shut; `check-files` names it.
        register = None
    try:
        return verify_package(path, identity.certificate, register, taken_in=True)
    except SignatureRefused:
        # Of before a register came, or of keys that only the certificate names.
        return verify_package(path, identity.certificate)


def check_forms(plan: SessionPlan, papers: Papers) -> None:
    """DocumentAltered unless the papers hold the forms of the plan, each once, and no others.

    And keys for all of them in a practice, for none in any other session; as many parts as times.
    """
    wanted = sorted(form for sitting in plan.sittings for form in sitting.forms)
    if wanted != sorted(form.id for form in papers.forms):
        raise DocumentAltered(where="forms of the plan and of the papers")
    check_keys(plan, papers.forms, papers.keys)
    forms = {form.id: form for form in papers.forms}
    for sitting in plan.sittings:
        timed = len(sitting.part_minutes)
        if timed and any(len(forms[name].parts) != timed for name in sitting.forms):
            raise DocumentAltered(where="parts of the plan and of the papers")
