"""Commands of results: as they stand, released by two, and what is made of a release."""

from pathlib import Path

import click

from sync.console import language, say, show_json
from sync.headquarters.commands.base import IN_FILE, OUT_FILE, json_option, opened, plain, show
from sync.headquarters.commands.base import stamp as at_shell
from sync.headquarters.commands.officer import Officer, officer_options
from sync.headquarters.marking import results
from sync.headquarters.marking.results import OUTCOMES
from sync.headquarters.planning.sessions import show_session
from sync.headquarters.released import acts, platform, qti_results, sheets, statistics, transcripts
from sync.headquarters.released.lists import Difference, Line, differences
from sync.headquarters.released.reading import Proposed, all_lists, check, released
from sync.wire.files import write_durably

RELEASE = click.option("--release", type=click.IntRange(1), help="Which; else the last.")


@click.group("results")
def results_group() -> None:
    """Results: provisional until one officer proposes them and another releases them."""


@results_group.command("show")
@click.argument("session_id")
@click.option("--out", type=OUT_FILE, help="Write the .xlsx here.")
@json_option
@click.pass_obj
def results_show(folder: Path, session_id: str, out: Path | None, as_json: bool) -> None:
    """The results of a session as they stand now, as .xlsx with --out."""
    with opened(folder) as hq:
        if out:
            _write(out, sheets.results_sheet(hq, session_id))
            return
        kind, known = show_session(hq, session_id).kind, sheets.standings(hq, session_id)
        rows = [
            _result_line(row) | {"standing": sheets.standing(known, kind, row).in_(language())}
            for row in results.result_rows(hq, session_id)
        ]
    columns = ["sitting", "admission", "name", "theory", "practical", "outcome", "standing"]
    show(rows, columns, as_json)


def _write(out: Path, data: bytes) -> None:
    write_durably(out, data)
    say(f"已写入 {out}", f"Written: {out}")


def _result_line(row: results.ResultRow) -> dict[str, object]:
    return {
        "sitting": row.theory.sitting,
        "specification": row.specification,
        "admission": row.candidate.admission,
        "name": row.candidate.name,
        "seat": row.candidate.seat,
        "state": row.theory.state,
        "theory": row.theory.marks,
        "of": row.theory.of,
        "answered": row.theory.answered,
        "practical": row.practical,
        "outcome": row.outcome,
        "how": row.theory.how,
        "receipt": row.theory.receipt,
        "receipt_fits": row.theory.receipt_fits,
        "form": row.theory.form,
    }


@results_group.command("propose")
@click.argument("session_id")
@click.option("--reason", default="", help="Why; needed after the first release.")
@click.option("--partial", is_flag=True, help="Leave out those whose results are not final.")
@json_option
@officer_options
@click.pass_obj
def results_propose(
    folder: Path,
    session_id: str,
    reason: str,
    partial: bool,
    as_json: bool,
    account: str,
    password_file: Path | None,
) -> None:
    """Fix the final results as a list; another officer releases it."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        number = acts.propose(hq, by, session_id, reason=reason, partial=partial)
        found = next(one for one in all_lists(hq, session_id) if one.number == number)
    if as_json:
        show_json(_list_line(found))
        return
    say(
        f"名单 {number}（{len(found.list.lines)} 行）待另一人发布，摘要 {found.digest}",
        f"List {number} ({len(found.list.lines)} lines) waits for another officer: {found.digest}",
    )


@results_group.command("release")
@click.argument("session_id")
@click.argument("number", type=int)
@click.argument("digest")
@officer_options
@click.pass_obj
def results_release(
    folder: Path,
    session_id: str,
    number: int,
    digest: str,
    account: str,
    password_file: Path | None,
) -> None:
    """Release another officer's list, the one that has this digest."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        acts.release(hq, by, session_id, number, digest)
        found = released(hq, session_id)
    say(f"已发布：第 {found.release} 次", f"Released: number {found.release}")


@results_group.command("withdraw")
@click.argument("session_id")
@click.argument("number", type=int)
@officer_options
@click.pass_obj
def results_withdraw(
    folder: Path, session_id: str, number: int, account: str, password_file: Path | None
) -> None:
    """Take a proposed list back, or refuse another officer's."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        acts.refuse(hq, by, session_id, number)
    say(f"名单 {number} 未发布", f"List {number} is not released")


@results_group.command("lists")
@click.argument("session_id")
@json_option
@click.pass_obj
def results_lists(folder: Path, session_id: str, as_json: bool) -> None:
    """Every list of a session: proposed, released or taken back."""
    with opened(folder) as hq:
        rows = [_list_line(one) for one in all_lists(hq, session_id)]
    columns = ["number", "release", "lines", "held", "who", "at", "decided", "reason", "digest"]
    show(rows, columns, as_json)


def _list_line(one: Proposed) -> dict[str, object]:
    decided = None
    if one.said:
        decided = f"{'released' if one.said.released else 'taken back'} {one.said.who}"
    return {
        "number": one.number,
        "session": one.session,
        "release": one.release,
        "lines": len(one.list.lines),
        "held": one.held,
        "reason": one.reason,
        "digest": one.digest,
        "who": one.who,
        "at": one.at,
        "decided": decided,
    }


@results_group.command("differences")
@click.argument("session_id")
@json_option
@click.pass_obj
def results_differences(folder: Path, session_id: str, as_json: bool) -> None:
    """Who has another result now than in the last release."""
    with opened(folder) as hq:
        last = released(hq, session_id)
        found = differences(last.list.lines, acts.next_list(hq, session_id).list.lines)
    rows = [_difference_line(one) for one in found]
    show(rows, ["specification", "admission", "name", "before", "after"], as_json)


def _difference_line(one: Difference) -> dict[str, object]:
    line = one.line
    about = {"specification": line.specification, "admission": line.admission, "name": line.name}
    return about | {"before": _said(one.before), "after": _said(one.after)}


def _said(line: Line | None) -> str | None:
    if line is None:
        return None
    marks = " ".join(f"{one.name}:{one.marks}" for one in line.components)
    return f"{OUTCOMES[line.outcome].in_(language())} {marks}"


@results_group.command("transcripts")
@click.argument("session_id")
@click.option("--out", type=OUT_FILE, required=True, help="Write the PDF here.")
@click.option("--admission", help="Of one candidate; else of all, fifty a file.")
@click.option("--part", type=click.IntRange(1), default=1, show_default=True, help="Which fifty.")
@RELEASE
@click.pass_obj
def results_transcripts(
    folder: Path, session_id: str, out: Path, admission: str | None, part: int, release: int | None
) -> None:
    """Transcripts as PDF, of a release alone."""
    with opened(folder) as hq:
        made = transcripts.transcripts(
            hq, at_shell(), session_id, release=release, admission=admission, part=part
        )
    _write(out, made)


@results_group.command("verify")
@click.argument("code")
@json_option
@click.pass_obj
def results_verify(folder: Path, code: str, as_json: bool) -> None:
    """What the code of a transcript stands for, and whether a later release says otherwise."""
    with opened(folder) as hq:
        found = check(hq, code)
    if as_json:
        about = {"session": found.release.session, "release": found.release.release}
        about |= {"latest": found.latest, "stands": found.stands, "code": found.code}
        show_json(about | {"line": plain(found.line), "now": plain(found.now)})
        return
    line = found.line
    click.echo(f"{line.name} {line.admission} {line.specification} {_said(line)}")
    if found.stands:
        say(
            f"与第 {found.release.release} 次发布一致，此后没有更正",
            f"As in release {found.release.release}, and not corrected since",
        )
    else:
        say(
            f"第 {found.latest} 次发布已更正：{_said(found.now)}",
            f"Corrected by release {found.latest}: {_said(found.now)}",
        )


@results_group.command("platform")
@click.argument("session_id")
@click.option(
    "--mapping", "name", default=platform.SAMPLE, show_default=True, help="Which columns."
)
@click.option("--out", type=OUT_FILE, required=True, help="Write the .xlsx here.")
@RELEASE
@click.pass_obj
def results_platform(
    folder: Path, session_id: str, name: str, out: Path, release: int | None
) -> None:
    """A release as the .xlsx that a certificate platform takes."""
    with opened(folder) as hq:
        made = platform.platform_sheet(hq, at_shell(), session_id, name, release=release)
    _write(out, made)


@results_group.command("qti")
@click.argument("session_id")
@click.option("--out", type=OUT_FILE, required=True, help="Write the .zip here.")
@RELEASE
@click.pass_obj
def results_qti(folder: Path, session_id: str, out: Path, release: int | None) -> None:
    """A release as QTI 3.0 results reports, a file a candidate, in a zip."""
    with opened(folder) as hq:
        made = qti_results.qti_reports(hq, at_shell(), session_id, release=release)
    _write(out, made)


@results_group.group("mapping")
def mapping_group() -> None:
    """Which columns a certificate platform takes."""


@mapping_group.command("list")
@json_option
@click.pass_obj
def mapping_list(folder: Path, as_json: bool) -> None:
    """The mappings there are; a sample comes with the product."""
    with opened(folder) as hq:
        found = platform.list_mappings(hq)
    rows = [
        {
            "name": one.name,
            "title": one.mapping.title,
            "sample": one.mapping.sample,
            "columns": len(one.mapping.column),
        }
        for one in found
    ]
    show(rows, ["name", "title", "sample", "columns"], as_json)


@mapping_group.command("add")
@click.argument("name")
@click.argument("file", type=IN_FILE)
@click.pass_obj
def mapping_add(folder: Path, name: str, file: Path) -> None:
    """Check a mapping and keep it under a name."""
    with opened(folder) as hq:
        made = platform.keep_mapping(hq, at_shell(), name, file.read_bytes())
    say(f"已登记 {name}（{len(made.column)} 列）", f"Kept: {name}, {len(made.column)} columns")


@mapping_group.command("sample")
@click.option("--out", type=OUT_FILE, required=True, help="Write the .toml here.")
def mapping_sample(out: Path) -> None:
    """The sample as a file to begin with."""
    _write(out, platform.sample_mapping())


@results_group.command("statistics")
@click.option("--year", type=click.IntRange(2000, 2999), help="Sessions of this year only.")
@click.option("--out", type=OUT_FILE, help="Write the .xlsx here.")
@json_option
@click.pass_obj
def results_statistics(folder: Path, year: int | None, out: Path | None, as_json: bool) -> None:
    """Released results by site: who sat, who passed, means; few people tell nothing."""
    with opened(folder) as hq:
        if out:
            _write(out, statistics.statistics_sheet(hq, at_shell(), year))
            return
        found = statistics.statistics(hq, year)
    columns = ["specification", "site", "released", "sat", "share", "theory", "practical"]
    show(found, columns, as_json)
