"""Commands that make headquarters: its folder, its accounts, sample rosters."""

from pathlib import Path

import click

from sync.console import FOLDER, say, show_json, show_table
from sync.headquarters.commands.base import json_option, opened, show, stamp
from sync.headquarters.names import checked
from sync.headquarters.planning import samples
from sync.headquarters.register import staff
from sync.headquarters.store.folder import closed_headquarters, create_headquarters
from sync.headquarters.store.migrations import upgrade
from sync.wire.keys import VerifyKey


@click.command()
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


@click.command("upgrade-database")
@click.pass_obj
def upgrade_database(folder: Path) -> None:
    """Bring the database to this release's tables; no service may run meanwhile."""
    hq = closed_headquarters(folder)
    try:
        with hq.serving():
            passed = upgrade(hq.store, stamp())
    finally:
        hq.close()
    if passed:
        say(f"数据库已升级到 {passed[-1]}", f"The database is at {passed[-1]} now")
    else:
        say("数据库已是本版本的，没有改动", "The database is this release's; nothing was changed")


@click.group()
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


@click.command("samples")
@click.argument("folder", type=FOLDER)
def samples_command(folder: Path) -> None:
    """Write the sample rosters to a folder."""
    written = [[str(path)] for path in samples.copy_samples(folder)]
    show_table(["file"], written)
