"""Commands for what comes in: batches, reconciliation, scoring, marks, journals."""

from pathlib import Path

import click

from sync.console import language, say, show_json
from sync.exam.journal import encode
from sync.headquarters.clock import wall_ms
from sync.headquarters.commands.base import (
    IN_FILE,
    json_option,
    opened,
    plain,
    show,
    stamp,
)
from sync.headquarters.intake import archive, edge, receipts
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.intake.stick_desk import exchange
from sync.headquarters.marking import results, scoring
from sync.headquarters.marking.reconcile import SittingCount
from sync.headquarters.planning.sessions import show_session
from sync.headquarters.register.enrolment_stick import Visitor, visit
from sync.headquarters.store.body import hash_file


@click.command()
@click.argument("session_id", required=False)
@json_option
@click.pass_obj
def batches(folder: Path, session_id: str | None, as_json: bool) -> None:
    """Batches that were taken in, of one session or all."""
    columns = ["site", "session", "server_term", "sequence", "size", "state", "digest"]
    columns += ["sealed_to_key", "supplements"]
    with opened(folder) as hq:
        found, trust = archive.list_batches(hq, session=session_id), receipts.trust(hq)
        rows = [
            plain(row) | {"sealed_to_key": trust.worst(row.sealed_to.split(), wall_ms())}
            for row in found
        ]
    show(rows, columns, as_json)


@click.command()
@click.argument("file", type=IN_FILE)
@click.pass_obj
def take(folder: Path, file: Path) -> None:
    """Take in one batch file by hand, and archive it."""
    with opened(folder) as hq:
        digest = hash_file(file)
        accepted = edge.accept(hq, file, digest, wall_ms())
        archive.archive_pending(hq, wall_ms())
    if accepted.new:
        say(f"已接收 {digest}", f"Taken in: {digest}")
    else:
        say(f"此前已接收 {digest}", f"Was here already: {digest}")


@click.command()
@click.argument("root", type=click.Path(path_type=Path, file_okay=False))
@click.option("--site", "site_id", help="Put packages of this site only on it.")
@click.pass_obj
def stick(folder: Path, root: Path, site_id: str | None) -> None:
    """Exchange with a stick: batches in, receipts and packages on it."""
    with opened(folder) as hq:
        done = exchange(hq, root, wall_ms(), site_id)
        came = visit(hq, root, wall_ms())
    say(
        f"新收到 {done.taken}，此前已有 {done.known}，写入试卷包 {done.packages}",
        f"{done.taken} taken in, {done.known} known, {done.packages} packages put on it",
    )
    for box in came:
        _say_box(box)
    for name, error in done.refused:
        click.echo(f"  · {name[:16]}… [{error.code}] {error.say(language())}", err=True)
    if done.refused:
        raise click.exceptions.Exit(done.refused[0][1].exit_status)


def _say_box(box: Visitor) -> None:
    """A box's request for enrolment, and what became of it."""
    if box.refusal is not None:
        click.echo(f"  · {box.digest[:16]}… [{box.refusal.code}] {box.refusal.say(language())}")
    elif box.answered:
        say(f"登记证书已写入：{box.digest[:16]}…", f"Certificate put on it: {box.digest[:16]}…")
    else:
        say(
            f"登记申请 {box.digest[:16]}… 待核对六个词",
            f"Enrolment request {box.digest[:16]}… waits for its six words",
        )


@click.command()
@click.argument("session_id")
@json_option
@click.pass_obj
def reconcile(folder: Path, session_id: str, as_json: bool) -> None:
    """Registered, present, submitted, received; who is missing, by name."""
    with opened(folder) as hq:
        found = scoring.reconciliation(hq, session_id)
    if as_json:
        show_json(plain(found) | {"agreed": found.agreed})
        return
    columns = ["sitting", "registered", "present", "submitted", "received"]
    show(found.sittings, columns, False)
    for count in found.sittings:
        _name_people(count)
    for tail in found.forks:
        named = "、".join(f"{p.name}（{p.admission}）" for p in tail.people)
        say(
            f"分叉：第 {tail.server_term} 任服务器多出 {tail.events} 条记录，不计入成绩：{named}",
            f"Fork: server term {tail.server_term} has {tail.events} events more, which count"
            f" nothing: {named}",
        )
    if found.lacking:
        say(found.lacking.zh, found.lacking.en)
    elif found.agreed:
        say("各步核对无差异", "Everyone is accounted for")
    else:
        say("有差异", "The steps differ")


def _name_people(count: SittingCount) -> None:
    for people, zh, en in (
        (count.absent, "缺考", "absent"),
        (count.unaccounted, "无记录", "no record"),
        (count.not_handed_in, "未交卷", "not handed in"),
        (count.without_answer, "交卷但未作答", "handed in without an answer"),
        (count.receipt_differs, "回执码不符", "receipt code differs"),
        (count.evidence, "有待裁定的迟到作答", "late answers to decide on"),
    ):
        if people:
            named = "、".join(f"{p.name}（{p.admission}）" for p in people)
            say(f"{count.sitting} {zh}：{named}", f"{count.sitting} {en}: {named}")


@click.command()
@click.argument("session_id")
@json_option
@click.pass_obj
def score(folder: Path, session_id: str, as_json: bool) -> None:
    """Score a session whose journal is whole."""
    columns = ["sitting", "admission", "state", "marks", "of", "answered", "how", "receipt"]
    with opened(folder) as hq:
        show(scoring.score(hq, stamp(), session_id), columns, as_json)


@click.group()
def marks() -> None:
    """Marks of practical work."""


@marks.command("import")
@click.argument("session_id")
@click.argument("file", type=IN_FILE)
@click.pass_obj
def marks_import(folder: Path, session_id: str, file: Path) -> None:
    """Take a sheet with the columns 准考证号 and 实训成绩 (and 考试编号 if there are several)."""
    with opened(folder) as hq:
        count = results.import_marks(hq, stamp(), session=session_id, file=file)
    say(f"已导入 {count} 个成绩", f"{count} marks imported")


@click.command()
@click.argument("session_id")
@click.option("--json", "as_json", is_flag=True, help="Each event as its canonical JSON line.")
@click.pass_obj
def journal(folder: Path, session_id: str, as_json: bool) -> None:
    """All received events of a session, byte for byte as the site journalled them."""
    with opened(folder) as hq:
        show_session(hq, session_id)
        found = read_journal(hq, session_id)
    for event in found.events():
        if as_json:
            click.echo(encode(event))
        else:
            click.echo(f"{event.seq:6} {event.at} {event.kind:10} {event.body.get('attempt', '')}")
