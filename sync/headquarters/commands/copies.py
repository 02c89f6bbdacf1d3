"""`examhq backup`, `restore`, `verify`: copies of headquarters, and whether everything holds."""

from collections.abc import Sequence
from pathlib import Path

import click

from sync.console import language, say, show_json, show_table
from sync.headquarters.commands.base import IN_FILE, json_option, opened, plain, stamp
from sync.headquarters.copies.drill import drill, own_signers
from sync.headquarters.copies.errors import CopyLacks, DoesNotHold
from sync.headquarters.copies.restoring import restore, verified_copy
from sync.headquarters.copies.verifying import Finding, verify
from sync.headquarters.copies.writing import write_copy
from sync.moments import moment
from sync.wire.keys import SECRET_LENGTH, OpeningKey, load_key

TO = click.Path(path_type=Path, exists=True, file_okay=False)
FROM = click.Path(path_type=Path, exists=True)
SIGNED_BY = "The key that signed the copy, as `backup make` and `keys list` show it."


@click.group()
def backup() -> None:
    """Copies of headquarters, written while it works."""


@backup.command("make")
@click.argument("to", type=TO)
@json_option
@click.pass_obj
def backup_make(folder: Path, to: Path, as_json: bool) -> None:
    """Write a copy into the folder TO: rows and keys sealed, bytes beside it, each once."""
    with opened(folder) as hq:
        made = write_copy(hq, stamp(), to)
    if as_json:
        show_json(plain(made))
    else:
        say(
            f"副本已写入 {made.path}，新增文件 {made.new_bytes} 个；签名密钥 {made.signed_by}",
            f"The copy is in {made.path}, {made.new_bytes} new files beside it;"
            f" signed by {made.signed_by}",
        )
        if made.not_copied:
            names = ", ".join(made.not_copied)
            say(
                f"这些密钥不进副本，请用 examhq keys take 移到 U 盘：{names}",
                f"These keys go into no copy; move them to sticks by examhq keys take: {names}",
            )
    if made.missing:
        raise CopyLacks(path=made.path, count=len(made.missing), digest=made.missing[0])


@backup.command("drill")
@click.argument("copy", type=FROM)
@click.option("--key", type=IN_FILE, help="The escrow's key from its stick: keys are tried too.")
@click.option("--database", help="An empty PostgreSQL to restore into; SQLite if not given.")
@click.option("--scratch", type=TO, help="A folder with room for all of it [the data folder's].")
@json_option
@click.pass_obj
def backup_drill(
    folder: Path,
    copy: Path,
    key: Path | None,
    database: str | None,
    scratch: Path | None,
    as_json: bool,
) -> None:
    """Restore COPY (or the newest in a folder) beside headquarters, verify it, throw it away."""
    with opened(folder) as hq:
        found = verified_copy(copy, own_signers(hq, stamp().at))
        done = drill(
            hq,
            found,
            stamp(),
            _opening(key) if key else None,
            database=database,
            scratch=scratch,
        )
    if as_json:
        show_json(plain(done))
    else:
        keys_zh, keys_en = ("已打开", "opened") if done.keys else ("未打开", "left sealed")
        say(
            f"{done.copy}（{moment(done.at)}）已试恢复，用时 {done.seconds} 秒："
            f"{done.rows} 行，{done.bytes} 个文件；密钥部分{keys_zh}",
            f"{done.copy} ({moment(done.at)}) restored in {done.seconds} s: {done.rows} rows,"
            f" {done.bytes} files; the part with the keys was {keys_en}",
        )
    _end(done.findings, as_json)


@click.command("restore")
@click.argument("copy", type=FROM)
@click.option("--signed-by", required=True, help=SIGNED_BY)
@click.option("--key", type=IN_FILE, required=True, help="The escrow's key, from its stick.")
@click.option("--database", help="postgresql://… to take instead of the copy's; it must be empty.")
@click.option("--sqlite", is_flag=True, help="A file in the folder instead of the copy's database.")
@click.option("--blobs", help="Where bytes lie from now on, if not as in the copy.")
@click.option("--without-missing", is_flag=True, help="Restore what is there if bytes are missing.")
@click.pass_obj
def restore_command(
    folder: Path,
    copy: Path,
    signed_by: str,
    key: Path,
    database: str | None,
    sqlite: bool,
    blobs: str | None,
    without_missing: bool,
) -> None:
    """Make the data folder, which must be empty, from COPY (or the newest in a folder)."""
    changes: dict[str, str | None] = {"blobs": blobs} if blobs else {}
    if database or sqlite:
        changes["database"] = database
    done = restore(
        verified_copy(copy, (signed_by,)),
        stamp(),
        folder,
        [_opening(key)],
        changes=changes,
        without_missing=without_missing,
    )
    say(
        f"已恢复：{sum(done.rows.values())} 行，{done.bytes} 个文件。请运行 examhq verify，"
        "再启动服务；考点会自动补传此后的数据包",
        f"Restored: {sum(done.rows.values())} rows, {done.bytes} files. Run examhq verify, then"
        " start the services; sites send again by themselves what came later",
    )
    if done.missing:
        say(
            f"缺少 {len(done.missing)} 个文件，examhq verify 会逐一列出",
            f"{len(done.missing)} files are missing; examhq verify lists them",
        )


@click.command("verify")
@json_option
@click.pass_obj
def verify_command(folder: Path, as_json: bool) -> None:
    """Every receipt, digest, journal and package, and the audit; nothing is changed."""
    with opened(folder) as hq:
        found = verify(hq, stamp().at)
    if as_json:
        show_json(plain(found))
    else:
        say(
            f"回执 {found.receipts}，文件 {found.bytes}，场次日志 {found.journals}"
            f"（{found.events} 条），试卷包 {found.packages}，审计 {found.audit} 条",
            f"Receipts {found.receipts}, files {found.bytes}, journals {found.journals}"
            f" ({found.events} events), packages {found.packages}, audit {found.audit} lines",
        )
        if found.open:
            names = ", ".join(found.open)
            say(f"尚未收齐（不算问题）：{names}", f"Not whole yet, which is no fault: {names}")
    _end(found.findings, as_json)


def _end(findings: Sequence[Finding], as_json: bool) -> None:
    if not findings:
        if not as_json:
            say("全部核验无误", "Everything holds")
        return
    if not as_json:
        rows = [[one.what, one.subject, one.words.in_(language())] for one in findings]
        show_table(["what", "subject", "problem"], rows)
    raise DoesNotHold(count=len(findings))


def _opening(path: Path) -> OpeningKey:
    return OpeningKey.from_seed(load_key(path, SECRET_LENGTH))
