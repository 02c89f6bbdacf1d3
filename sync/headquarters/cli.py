"""`examhq`: everything headquarters does, from the shell."""

import sys
from pathlib import Path

import click
import msgspec

from sync.console import ExamGroup, language, say, show_json, show_table
from sync.errors import NotFound
from sync.exam.catalogue import find as find_specification
from sync.exam.catalogue import specifications as shipped_specifications
from sync.exam.specification import Specification
from sync.headquarters import serve
from sync.headquarters.commands import (
    application,
    desk,
    enrolments,
    files,
    keys,
    marking,
    quota,
    results,
    watch,
)
from sync.headquarters.commands.base import (
    FOLDER,
    cell,
    json_option,
    opened,
    plain,
    show,
    stamp,
)
from sync.headquarters.content import specifications
from sync.headquarters.content.bank import builtin_bank, builtin_codes, load_bank
from sync.headquarters.names import checked
from sync.headquarters.planning import samples
from sync.headquarters.register import staff
from sync.headquarters.store.folder import DATABASE, create_headquarters
from sync.wire.keys import VerifyKey
from sync.words import Words

BASIS = {"published": Words("公布", "published"), "assumed": Words("假定", "assumed")}


@click.group(cls=ExamGroup)
@click.version_option(package_name="examsite")
@click.option(
    "--data",
    type=FOLDER,
    default=Path("/var/lib/examhq"),
    show_default=True,
    help="Headquarters' data folder.",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages.")
@click.pass_context
def main(ctx: click.Context, data: Path, lang: str | None) -> None:
    """Headquarters: registers sites, publishes packages, takes in results."""
    ctx.obj = data


@main.command()
@click.option("--account", default="officer", show_default=True, help="The first account.")
@click.option(
    "--archive", default="archive", show_default=True, help="Folder of the second copies."
)
@click.option("--database", help="postgresql://user@host/name?passfile=FILE instead of hq.db.")
@click.option(
    "--blobs",
    default="folder",
    show_default=True,
    help="Where bytes lie: folder, table, or s3+https://host/bucket.",
)
@json_option
@click.pass_obj
def init(
    folder: Path, account: str, archive: str, database: str | None, blobs: str, as_json: bool
) -> None:
    """Set up the data folder: keys, database, the first account with all roles."""
    checked(account)
    hq = create_headquarters(folder, archive, database, blobs)
    try:
        password = staff.add_member(hq, stamp(), account, staff.ROLES)
        root = VerifyKey.from_bytes(hq.keys.public().root).key_id
    finally:
        hq.close()
    if as_json:
        show_json({"root": root, "account": account, "password": password})
        return
    say(f"已初始化：{folder}", f"Set up: {folder}")
    say(f"根密钥指纹：{root}", f"Fingerprint of the root key: {root}")
    say(f"账号 {account}，密码 {password}", f"Account {account}, password {password}")
    say(
        "密码只显示这一次。请用 examhq keys take 把根密钥、托管密钥、两个发布密钥移到各人的 U 盘。",
        "The password is shown only now. Move root, escrow and both release keys to the sticks of"
        " those who keep them: examhq keys take.",
    )


HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8400,
    show_default=True,
    help="Port; 0 = any free.",
)


FRONT = click.option(
    "--front", default="", help="Address of the TLS front, believed when it says who asks."
)


@main.command("receive")
@HOST
@PORT
@FRONT
@click.pass_obj
def receive_command(folder: Path, host: str, port: int, front: str) -> None:
    """Take batches in and nothing else; any number of these share one PostgreSQL."""

    def ready(address: str) -> None:
        say(f"接收服务已启动：{address}", f"Receiving: {address}")
        sys.stdout.flush()

    with opened(folder) as hq:
        serve.receive(hq, host, port, ready, front)


@main.command("work")
@click.pass_obj
def work_command(folder: Path) -> None:
    """Archive and score what came in; any number of these share the work."""

    def ready() -> None:
        say("开始归档与评分", "Archiving and scoring")
        sys.stdout.flush()

    with opened(folder) as hq:
        serve.work(hq, ready)


@main.command("serve")
@HOST
@PORT
@FRONT
@click.pass_obj
def serve_command(folder: Path, host: str, port: int, front: str) -> None:
    """Serve sites and staff until Ctrl-C or SIGTERM."""

    def ready(address: str) -> None:
        say(f"考务总部已启动：{address}", f"Headquarters is up: {address}")
        sys.stdout.flush()

    with opened(folder) as hq:
        serve.serve(hq, host, port, ready, front)


@main.group("specifications", invoke_without_command=True)
@json_option
@click.pass_context
def specifications_group(ctx: click.Context, as_json: bool) -> None:
    """Specifications: what each examination consists of."""
    if ctx.invoked_subcommand:
        return
    found = _specifications(ctx.obj)
    rows = [
        {
            "code": s.code,
            "title": s.title.in_(language()),
            "edition": s.edition,
            "components": [c.name for c in s.components],
        }
        for s in found
    ]
    show(rows, ["code", "title", "edition", "components"], as_json)


def _specifications(folder: Path) -> list[Specification]:
    """With the rules set in the folder; before one is set up, as they ship."""
    if not (folder / DATABASE).exists():
        return list(shipped_specifications().values())
    with opened(folder) as hq:
        return specifications.all_specifications(hq)


@specifications_group.command("show")
@click.argument("code")
@json_option
@click.pass_obj
def specification_show(folder: Path, code: str, as_json: bool) -> None:
    """One specification, or all of a qualification: every rule with its basis."""
    known = _specifications(folder)
    found = [s for s in known if s.code == code] or [s for s in known if s.qualification == code]
    if not found:
        raise NotFound(what=code)
    if as_json:
        show_json(plain(found[0] if len(found) == 1 else found))
        return
    for one in found:
        click.echo(f"\n{one.code}  {one.title.in_(language())}  {one.edition}")
        show_table(
            ["basis", "rule", "value", "source"],
            [
                [BASIS[r.basis].in_(language()), r.name, cell(plain(r.value)), r.source]
                for r in one.rules
            ],
        )


@specifications_group.command("set")
@click.argument("code")
@click.argument("rule")
@click.argument("value")
@click.pass_obj
def specification_set(folder: Path, code: str, rule: str, value: str) -> None:
    """Set an assumed rule; VALUE is JSON, or a word."""
    try:
        parsed = msgspec.json.decode(value)
    except msgspec.DecodeError:
        parsed = value
    with opened(folder) as hq:
        specifications.set_rule(hq, stamp(), code, rule, parsed)
    say(
        f"{code} {rule} 已设为 {value}；对此后新建的考试有效",
        f"{code} {rule} set to {value}, for sittings made from now on",
    )


@main.group()
def bank() -> None:
    """Banks of items."""


@bank.command("check")
@click.argument("code")
@click.option("--folder", "bank_folder", type=FOLDER, help="A folder instead of what ships.")
def bank_check(code: str, bank_folder: Path | None) -> None:
    """Check a bank against every rule of its format; all problems are listed."""
    specification = find_specification(code)
    found = load_bank(bank_folder, specification) if bank_folder else builtin_bank(code)
    items, tasks = len(found.items), len(found.tasks)
    say(f"{code}：{items} 题，{tasks} 个实训任务，无问题", f"{code}: {items} items, {tasks} tasks")


@bank.command("list")
@click.argument("code", required=False)
@json_option
def bank_list(code: str | None, as_json: bool) -> None:
    """Banks that ship, or how many items one has in each cell."""
    if code is None:
        show([{"code": one} for one in builtin_codes()], ["code"], as_json)
        return
    counts: dict[tuple[str, str], int] = {}
    for item in builtin_bank(code).items.values():
        counts[item.field, item.kind] = counts.get((item.field, item.kind), 0) + 1
    rows = [{"field": f, "kind": k, "items": n} for (f, k), n in counts.items()]
    show(rows, ["field", "kind", "items"], as_json)


@main.group()
def users() -> None:
    """Accounts of headquarters' staff."""


@users.command("add")
@click.argument("name")
@click.option(
    "--role", "roles", type=click.Choice(staff.ROLES), multiple=True, required=True, help="Role."
)
@click.pass_obj
def users_add(folder: Path, name: str, roles: tuple[staff.Role, ...]) -> None:
    """Add an account; its password is shown once."""
    with opened(folder) as hq:
        password = staff.add_member(hq, stamp(), name, roles)
    say(f"账号 {name}，密码 {password}", f"Account {name}, password {password}")


@users.command("reset")
@click.argument("name")
@click.pass_obj
def users_reset(folder: Path, name: str) -> None:
    """A new password for an account, shown once; its sessions end."""
    with opened(folder) as hq:
        password = staff.reset_password(hq, stamp(), name)
    say(f"账号 {name}，新密码 {password}", f"Account {name}, new password {password}")


@users.command("list")
@json_option
@click.pass_obj
def users_list(folder: Path, as_json: bool) -> None:
    """All accounts."""
    with opened(folder) as hq:
        show(staff.list_members(hq), ["name", "roles"], as_json)


@main.command("samples")
@click.argument("folder", type=FOLDER)
def samples_command(folder: Path) -> None:
    """Write the sample rosters to a folder."""
    written = [[str(path)] for path in samples.copy_samples(folder)]
    show_table(["file"], written)


for _command in (
    enrolments.site,
    application.application,
    quota.quota,
    quota.calendar,
    desk.session,
    desk.sitting,
    desk.roster,
    desk.publish_command,
    desk.codes_command,
    desk.online_unlock_command,
    results.batches,
    results.take,
    results.stick,
    *watch.COMMANDS,
    results.reconcile,
    results.score,
    results.results_command,
    results.marks,
    results.journal,
    files.files,
    marking.items_command,
    marking.corrections_group,
    keys.keys_group,
):
    main.add_command(_command)
