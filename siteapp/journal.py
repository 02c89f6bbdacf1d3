"""Journals verified, signed and exported, from a database or a file, without changing either."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siteapp.errors import JournalDamaged
from siteapp.identity import Identity, signer_of
from siteapp.store.evidence import Covering, Evidence, Kept, is_database, read_evidence
from sync.errors import DocumentRefused, NotADocument, NotFound, SignatureRefused
from sync.exam.copies import compare_copies
from sync.exam.findings import Finding, from_source
from sync.exam.heads import Head, agreeing, hold_against, hold_former
from sync.exam.journal import ORIGIN, origin
from sync.exam.lines import Line, read_lines
from sync.exam.merkle import merkle_root
from sync.exam.short_head import read_short
from sync.wire.checkpoint import Checkpoint, encode_checkpoint, verify_checkpoint
from sync.wire.documents import Certificate
from sync.wire.enrolment import read_certificate
from sync.wire.keys import VerifyKey


@dataclass(frozen=True)
class Report:
    """What verifying one session's journal found; `proven` events are as somebody signed them."""

    site: str
    session: str
    term: int
    events: int
    proven: int
    checkpoints: int
    findings: list[Finding]

    def to_json(self) -> dict[str, object]:
        """All members, the findings as theirs."""
        return vars(self) | {"findings": [finding.to_json() for finding in self.findings]}


@dataclass
class _Heads:
    """What is said of one journal, by server term; what cannot be used is in `findings`."""

    key: VerifyKey | None
    site: str
    session: str
    by_term: dict[int, list[Head]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, name: str, size: int, root: bytes, source: str) -> None:
        """A head of the journal that is called `name`; one of another journal is a finding."""
        *journal, term = name.removeprefix(ORIGIN).split("/")
        if not self.site and len(journal) == 2:
            # An export says nothing of its site: the first paper does.
            self.site = journal[0]
        if journal != [self.site, self.session] or not term.isdecimal():
            zh, en = f"是另一份日志的（{name}）", f"is of another journal ({name})"
            self.findings.append(from_source("other-journal", source, zh, en))
            return
        self.by_term.setdefault(int(term), []).append(Head(size, root, source))

    def add_note(self, note: str, source: str) -> Checkpoint | None:
        """A signed checkpoint, if it is one of the site's."""
        if self.key is None:
            raise NotFound(what="certificate.json")
        try:
            said = verify_checkpoint(note, signer_of(self.site), self.key)
        except SignatureRefused as error:
            self._refused("bad-signature", source, error)
            return None
        except DocumentRefused as error:
            self._refused("not-a-checkpoint", source, error)
            return None
        self.add(said.origin, said.size, said.root, source)
        return said

    def add_file(self, path: Path) -> None:
        """A file with a signed checkpoint, or with the short form of the room record."""
        text = path.read_bytes().decode("utf-8", "replace")
        if "\n\n" in text.rstrip():
            self.add_note(text, path.name)
            return
        try:
            short = read_short(text)
        except NotADocument as error:
            self._refused("not-a-checkpoint", path.name, error)
        else:
            self.add(short.origin, short.size, short.root, path.name)

    def add_evidence(self, evidence: Evidence) -> None:
        """What a database kept: checkpoints, and batches, each of which has a checkpoint."""
        kept = [row for row in evidence.kept if row.session == self.session]
        for row in kept:
            self._add_kept(row, f"{evidence.name}#{row.term}/{row.size}")
        there = {(row.term, row.size) for row in kept}
        for batch in evidence.batches:
            if batch.session == self.session:
                self._add_batch(batch, evidence.name, (batch.term, batch.end) in there)

    def _add_kept(self, row: Kept, source: str) -> None:
        said = self.add_note(row.note, source)
        if said and said != Checkpoint(
            origin(self.site, row.session, row.term), row.size, said.root
        ):
            zh, en = "与登记的不符", "is not what it is filed as"
            self.findings.append(from_source("other-journal", source, zh, en))

    def _add_batch(self, batch: Covering, name: str, kept: bool) -> None:
        source = f"{name}#{batch.term}/batch-{batch.sequence}"
        self.by_term.setdefault(batch.term, []).append(Head(batch.end, b"", source))
        if not kept:
            zh, en = f"缺 {batch.end} 条处的校验点", f"its checkpoint at {batch.end} is missing"
            self.findings.append(from_source("checkpoint-missing", source, zh, en))

    def _refused(self, code: str, source: str, error: DocumentRefused) -> None:
        self.findings.append(from_source(code, source, error.say("zh"), error.say("en")))


def read_trust(certificate: Path, root: str) -> Certificate:
    """The site's certificate, whose key checkpoints are verified with."""
    return read_certificate(certificate.read_bytes(), root)


def read_source(path: Path, session: str | None) -> Evidence:
    """A database, or a file of exported events, one a line, for which `session` must be said."""
    if not path.is_file():
        raise NotFound(what=path.name)
    if is_database(path):
        return read_evidence(path)
    if session is None:
        raise NotFound(what="--session")
    lines = path.read_bytes().split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return Evidence(path.name, lines={session: [Line(data) for data in lines]})


def verify(
    here: Evidence,
    session: str | None,
    trust: Certificate | None,
    checkpoints: Sequence[Path] = (),
    there: Evidence | None = None,
) -> list[Report]:
    """Hold each journal against all evidence, also that of the copy `there`; all damage is named.

    NotFound if there is no such session, or if checkpoints are to be checked without certificate.
    """
    site = here.site or (trust.site if trust else "")
    if session is not None and session not in here.sessions():
        raise NotFound(what=session)
    reports = []
    for name in here.sessions() if session is None else [session]:
        heads = _Heads(_key(trust), site, name)
        for evidence in (here, there):
            if evidence is not None:
                heads.add_evidence(evidence)
        for file in checkpoints:
            heads.add_file(file)
        reports.append(_report(here, there, heads))
    return reports


def _key(trust: Certificate | None) -> VerifyKey | None:
    return VerifyKey.from_bytes(trust.sign) if trust else None


def _report(here: Evidence, there: Evidence | None, heads: _Heads) -> Report:
    rows = here.lines.get(heads.session, [])
    found = read_lines(rows)
    term = max([here.term, *heads.by_term]) if not here.site else here.term
    own = heads.by_term.get(term, [])
    others = {older: said for older, said in heads.by_term.items() if older != term}
    findings = [*here.findings, *found.findings, *heads.findings]
    findings += hold_former(found, others, term)
    continued = agreeing(found, [head for said in others.values() for head in said])
    said = [*own, *continued]
    # Events that cannot be read are not called missing.
    held = hold_against(found, [h for h in said if h.size <= found.top or not here.unread])
    findings += held.findings
    if there is not None:
        copy = [line.data for line in there.lines.get(heads.session, [])]
        findings += compare_copies([line.data for line in rows], copy, there.name)
    rooted = [head for said in heads.by_term.values() for head in said if head.root]
    return Report(heads.site, heads.session, term, found.total, held.proven, len(rooted), findings)


def require_sound(reports: Sequence[Report]) -> None:
    """JournalDamaged if anything was found."""
    count = sum(len(report.findings) for report in reports)
    if count:
        raise JournalDamaged(count=count)


def sign_now(identity: Identity, session: str) -> tuple[str, Checkpoint]:
    """A checkpoint over all that is on the disk, as a signed note; nothing is stored.

    JournalDamaged if the journal does not verify: what is damaged is not vouched for.
    """
    evidence = read_evidence(identity.folder / "site.db")
    require_sound(verify(evidence, session, identity.certificate))
    lines = [line.data for line in evidence.lines.get(session, [])]
    name = origin(identity.site, session, evidence.term)
    head = Checkpoint(name, len(lines), merkle_root(lines))
    return encode_checkpoint(head, identity.sign, identity.signer), head


def export(path: Path, session: str) -> bytes:
    """The events of a session as they are stored, a line each."""
    evidence = read_evidence(path)
    if session not in evidence.sessions():
        raise NotFound(what=session)
    return b"".join(line.data + b"\n" for line in evidence.lines.get(session, []))
