"""Commands for watching: board, who is missing, incidents, results, receipts, quarantine, audit."""

import tempfile
from pathlib import Path
from typing import Any

import click
import msgspec

from sync.console import language, say
from sync.errors import NotFound
from sync.headquarters.clock import wall_ms
from sync.headquarters.commands.base import LIMIT, OUT_FILE, json_option, opened, show, stamp
from sync.headquarters.intake import archive
from sync.headquarters.intake import quarantine as refused_files
from sync.headquarters.marking.results import KINDS
from sync.headquarters.planning.sessions import show_session
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.watch import audits, incidents, missing, receipt_codes, search
from sync.headquarters.watch import board as boards
from sync.moments import day_of, moment
from sync.wire.files import write_durably
from sync.words import Words

DAY = click.option("--day", help="YYYY-MM-DD; today, or the next day with sessions, if not given.")
SESSION = click.option("--session", "session_id", help="One session instead of a day.")
OUT = click.option("--out", type=OUT_FILE, help="Write the .xlsx here.")


def _day(hq: Headquarters, day: str | None) -> str:
    if day:
        return boards.checked_day(day)
    today = day_of(wall_ms()).isoformat()
    return boards.chosen_day(boards.list_days(hq), today)


@click.command()
@DAY
@json_option
@click.pass_obj
def board(folder: Path, day: str | None, as_json: bool) -> None:
    """Every session of a day: how far it is, who is in, what is wrong; problems first."""
    with opened(folder) as hq:
        found = boards.standings(hq, _day(hq, day), wall_ms())
    columns = ["session", "site_name", "phase", "registered", "present", "handed_in"]
    columns += ["batches", "archived", "last", "problems"]
    show([_board_line(one) for one in found], columns, as_json)


def _board_line(one: boards.Standing) -> dict[str, Any]:
    facts = one.facts
    names = ("session", "site", "site_name", "registered", "absent", "present", "handed_in")
    told = {name: getattr(facts, name) for name in (*names, "batches", "archived", "software")}
    problems = [f"{boards.PROBLEMS[code].in_(language())} {n}" for code, n in one.problems]
    codes = [code for code, _ in one.problems]
    phase = boards.PHASES[one.phase].in_(language())
    said = {"state": one.phase, "codes": codes, "phase": phase, "problems": problems}
    return told | said | {"last": moment(facts.word or 0)}


@click.command("missing")
@DAY
@SESSION
@OUT
@json_option
@click.pass_obj
def missing_command(
    folder: Path, day: str | None, session_id: str | None, out: Path | None, as_json: bool
) -> None:
    """Who and what is missing over a day or a session, by name; the most serious first."""
    with opened(folder) as hq:
        if session_id:
            account = missing.account_of_session(hq, session_id)
        else:
            account = missing.account_of_day(hq, _day(hq, day))
    if out:
        write_durably(out, missing.missing_sheet(account, language()))
        say(f"已写入 {out}", f"Written: {out}")
        return
    columns = ["why", "site", "session", "sitting", "admission", "name", "seat", "detail"]
    show([_missing_line(line) for line in account.lines], columns, as_json)
    if not as_json:
        sums = account.totals
        say(
            f"登记 {sums.registered}，到考 {sums.present}，交卷 {sums.submitted}，"
            f"收到 {sums.received}",
            f"{sums.registered} registered, {sums.present} present, {sums.submitted} submitted,"
            f" {sums.received} received",
        )


def _missing_line(line: missing.Line) -> dict[str, Any]:
    person = line.person
    return {
        "why": missing.WHYS[line.why].in_(language()),
        "code": line.why,
        "site": line.site,
        "session": line.session,
        "sitting": line.sitting,
        "admission": person.admission if person else None,
        "name": person.name if person else None,
        "seat": person.seat if person else None,
        "detail": line.detail.in_(language()),
    }


@click.command("incidents")
@DAY
@SESSION
@click.option("--site", default="", help="Of this site only.")
@click.option("--kind", type=click.Choice(list(incidents.KINDS)), help="Of this kind only.")
@LIMIT
@OUT
@json_option
@click.pass_obj
def incidents_command(
    folder: Path, /, day: str | None, session_id: str | None, out: Path | None, **asked: Any
) -> None:
    """Incidents of a day or a session with their place in the signed journal."""
    with opened(folder) as hq:
        if session_id:
            show_session(hq, session_id)
        wanted = incidents.Asked(
            day="" if session_id else _day(hq, day),
            session=session_id or "",
            site=asked["site"],
            kind=asked["kind"] or "",
        )
        most = incidents.MOST_ROWS if out else asked["limit"]
        found = incidents.list_incidents(hq, wanted, most)
    if out:
        write_durably(out, incidents.incident_sheet(found, language()))
        say(f"已写入 {out}", f"Written: {out}")
        return
    columns = ["time", "session", "what", "admission", "name", "told", "who", "seq", "checkpoint"]
    show([_incident_line(one) for one in found], columns, asked["as_json"])


def _incident_line(one: incidents.Incident) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in one.__struct_fields__ if name != "session_name"}
    kind = incidents.KINDS[one.kind].in_(language())
    words = {"what": kind, "told": incidents.told(one).in_(language())}
    return said | words | {"time": moment(one.at)}


@click.command("search-results")
@click.option("--person", default="", help="Part of a name or of an admission number.")
@click.option("--site", default="", help="Part of a site's name or id.")
@click.option("--session", default="", help="A session's id.")
@click.option("--specification", default="", help="A specification's code.")
@click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default=search.EXAMINATION,
    help="Of which sessions [default: examination]; never of two kinds at once.",
)
@LIMIT
@OUT
@json_option
@click.pass_obj
def search_results(
    folder: Path, /, limit: int, out: Path | None, as_json: bool, **asked: str
) -> None:
    """Results over all published sessions, as .xlsx with --out."""
    wanted = search.Wanted(**asked)
    with opened(folder) as hq:
        if out:
            write_durably(out, search.export(hq, stamp(), wanted))
            say(f"已写入 {out}", f"Written: {out}")
            return
        found = search.search(hq, wanted, limit)
    columns = ["admission", "name", "site", "session", "sitting", "theory", "practical", "outcome"]
    show([_result_line(one) for one in found], columns, as_json)


def _result_line(one: search.Found) -> dict[str, Any]:
    row = one.row
    return {
        "admission": row.candidate.admission,
        "name": row.candidate.name,
        "site": one.site,
        "session": one.session,
        "sitting": row.theory.sitting,
        "theory": row.theory.marks,
        "practical": row.practical,
        "outcome": row.outcome,
        "receipt": row.theory.receipt,
        "receipt_fits": row.theory.receipt_fits,
    }


@click.command("receipt")
@click.argument("code")
@json_option
@click.pass_obj
def receipt_command(folder: Path, code: str, as_json: bool) -> None:
    """A candidate's receipt code against what was received; nothing listed: it is unknown."""
    normal = receipt_codes.normal(code)
    if normal is None:
        raise NotFound(what=code[:40])
    with opened(folder) as hq:
        found = receipt_codes.held(hq, normal)
    rows = [msgspec.structs.asdict(one) | {"time": moment(one.at)} for one in found]
    show(rows, ["session", "sitting", "admission", "name", "time", "standing", "fits"], as_json)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def quarantine(ctx: click.Context, as_json: bool) -> None:
    """Refused files with the reason."""
    if ctx.invoked_subcommand:
        return
    columns = ["digest", "code", "size", f"reason_{language()}", "taken_at"]
    with opened(ctx.obj) as hq:
        show(archive.list_quarantine(hq), columns, as_json)


@quarantine.command("copy")
@click.argument("digest")
@click.option("--out", type=OUT_FILE, required=True, help="Write the file here.")
@click.pass_obj
def quarantine_copy(folder: Path, digest: str, out: Path) -> None:
    """A copy of a refused file as it came."""
    with opened(folder) as hq:
        refused_files.take_out(hq, stamp(), digest, out.resolve())
    say(f"已写入 {out}", f"Written: {out}")


@quarantine.command("retry")
@click.argument("digest")
@click.pass_obj
def quarantine_retry(folder: Path, digest: str) -> None:
    """Let a refused file in again, once the reason is gone; it passes all checks anew."""
    with opened(folder) as hq, tempfile.TemporaryDirectory(dir=hq.folder / "incoming") as place:
        refused_files.retry(hq, stamp(), digest, Path(place))
        archive.archive_pending(hq, wall_ms())
    say(f"已接收 {digest}", f"Taken in: {digest}")


@click.command("audit")
@click.option("--who", default="", help="Of this account only.")
@click.option("--act", type=click.Choice(sorted(audits.ACTS)), help="Of this act only.")
@click.option("--day", default="", help="YYYY-MM-DD, in Beijing.")
@LIMIT
@json_option
@click.pass_obj
def audit(folder: Path, who: str, act: str | None, day: str, limit: int, as_json: bool) -> None:
    """Who did what, the newest first."""
    asked = audits.Filter(who=who, act=act or "", day=boards.checked_day(day) if day else "")
    with opened(folder) as hq:
        found = audits.list_audit(hq, asked, limit)
    show([_audit_line(row) for row in found], ["id", "time", "who", "said", "what"], as_json)


def _audit_line(row: audits.AuditRow) -> dict[str, Any]:
    said: Words = row.said
    told = {"id": row.id, "time": moment(row.at), "who": row.who, "act": row.act}
    return told | {"said": said.in_(language()), "what": msgspec.json.decode(row.what)}
