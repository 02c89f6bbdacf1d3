"""`examsite journal`, `check-files`: what was kept is held against what was signed.

All of it may run beside the service.
"""

from pathlib import Path

import click

from siteapp.errors import FilesDamaged
from siteapp.identity import load_identity
from siteapp.journal import Report, export, read_source, read_trust, require_sound, sign_now, verify
from siteapp.rot import find_rot
from siteapp.standby.folder import PairFolder
from siteapp.store.evidence import Evidence
from sync.console import MOST_SHOWN, language, say, show_json
from sync.exam.findings import Finding
from sync.exam.short_head import write_short
from sync.wire.documents import Certificate

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def journal() -> None:
    """The record of a session: every event of it, none ever changed."""


@journal.command("verify")
@click.argument("source", type=_FILE, required=False)
@click.option("--session", help="This session only; needed for an exported journal.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=_FILE,
    multiple=True,
    help="A signed checkpoint, or the short form of the room record, in a file; may be repeated.",
)
@click.option("--against", type=_FILE, help="Another copy: a database or an exported journal.")
@click.option("--certificate", type=_FILE, help="The site's certificate [the data folder's].")
@click.option("--root", help="Fingerprint of headquarters' root key, with --certificate.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def verify_command(
    folder: Path,
    source: Path | None,
    session: str | None,
    checkpoints: tuple[Path, ...],
    against: Path | None,
    certificate: Path | None,
    root: str | None,
    as_json: bool,
) -> None:
    """Name every damage to a journal; exit status 4 if there is any. Changes nothing.

    SOURCE is a copied database or an exported journal; without it, this site's database.
    """
    trust = _trust(folder, certificate, root)
    here = read_source(source or folder / "site.db", session)
    only = here.sessions()[0] if len(here.sessions()) == 1 else session
    there: Evidence | None = read_source(against, only) if against else None
    reports = verify(here, session, trust, checkpoints, there)
    if as_json:
        show_json([report.to_json() for report in reports])
    else:
        for report in reports:
            _tell(report)
    require_sound(reports)


@journal.command("checkpoint")
@click.option("--session", required=True, help="The session.")
@click.pass_obj
def checkpoint_command(folder: Path, session: str) -> None:
    """Sign what is on the disk now: the note, and in the second place a form to write down."""
    PairFolder(folder).refuse_spare()
    note, head = sign_now(load_identity(folder), session)
    click.echo(note, nl=False)
    short = write_short(head.origin, head.size, head.root)
    say(f"考场记录用：{short}", f"For the room record: {short}", err=True)


@journal.command("export")
@click.argument("to", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--session", required=True, help="The session.")
@click.pass_obj
def export_command(folder: Path, to: Path, session: str) -> None:
    """Write the events into the file TO, a line each, byte for byte as they were signed."""
    to.write_bytes(export(folder / "site.db", session))
    say(f"已写入 {to.name}", f"Written: {to.name}")


@click.command("check-files")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def check_files(folder: Path, as_json: bool) -> None:
    """Name every file of the data folder that the disk has damaged; exit status 3 if any."""
    found = find_rot(folder)
    if as_json:
        show_json([finding.to_json() for finding in found])
    else:
        for finding in found:
            _tell_finding(finding)
    if found:
        raise FilesDamaged(count=len(found))
    say("所有文件均与写入时一致", "Every file is as it was written")


def _trust(folder: Path, certificate: Path | None, root: str | None) -> Certificate | None:
    """Whose signatures count; None if this machine knows of no site."""
    if (certificate is None) != (root is None):
        raise click.UsageError("--certificate and --root go together")
    if certificate is not None and root is not None:
        return read_trust(certificate, root)
    if not (folder / "certificate.json").exists():
        return None
    return read_trust(
        folder / "certificate.json", (folder / "root.txt").read_text("ascii", "replace")
    )


def _tell(report: Report) -> None:
    say(
        f"场次 {report.session}（第 {report.term} 任服务器）：{report.events} 条，"
        f"前 {report.proven} 条由校验点证明（共 {report.checkpoints} 个校验点）",
        f"Session {report.session} (server term {report.term}): {report.events} events, the first"
        f" {report.proven} proven by checkpoints ({report.checkpoints} in all)",
    )
    for finding in report.findings[:MOST_SHOWN]:
        _tell_finding(finding)
    if len(report.findings) > MOST_SHOWN:
        click.echo(f"  … +{len(report.findings) - MOST_SHOWN}")


def _tell_finding(finding: Finding) -> None:
    click.echo(f"  · [{finding.code}] {finding.text.in_(language())}")
    if finding.there is not None or finding.here is not None:
        say(f"      此处：{finding.here or '—'}", f"      here:  {finding.here or '—'}")
        say(f"      副本：{finding.there or '—'}", f"      there: {finding.there or '—'}")
