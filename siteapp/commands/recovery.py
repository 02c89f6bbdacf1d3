"""`examsite recovery`, `backup`, `adopt`: sealed copies for a site without a spare."""

from pathlib import Path

import click

from siteapp.config import Settings
from siteapp.identity import load_identity
from siteapp.standby.copied_files import copy_files
from siteapp.standby.copies import adopt, make_recovery, read_secret, recovery_key, write_copy
from sync.console import say
from sync.errors import NotReady


@click.group()
def recovery() -> None:
    """The secret that opens the site's sealed copies."""


@recovery.command("make")
@click.pass_obj
def make(folder: Path) -> None:
    """Make the recovery key; the secret is shown once and kept nowhere."""
    load_identity(folder)
    secret = make_recovery(folder)
    say(f"恢复密钥（请抄在纸上，锁好）：{secret}", f"Recovery secret (write it down): {secret}")


@click.command("backup")
@click.argument("to", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@click.pass_obj
def backup(folder: Path, to: Path | None) -> None:
    """Write a sealed copy into the folder TO [the setting backup_folder], also while it serves.

    Uploaded files are sealed beside it, each once.
    """
    identity = load_identity(folder)
    to = to or _place(folder)
    path = write_copy(identity, to)
    copy_files(identity, to, recovery_key(folder))
    say(f"已写入 {path.name}", f"Written: {path.name}")


def _place(folder: Path) -> Path:
    """The folder of the settings; NotReady if none is set, or it is not there."""
    said = Settings.load(folder).text("backup_folder")
    if not said or not Path(said).is_dir():
        raise NotReady(
            reason_zh=f"没有副本文件夹：{said or '未设置 backup_folder'}",
            reason_en=f"no folder for copies: {said or 'backup_folder is not set'}",
        )
    return Path(said)


@click.command("adopt")
@click.argument("copy", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--root", required=True, help="Fingerprint of headquarters' root key, as told.")
@click.option("--reason", prompt="原因 / reason", help="Why, for the record.")
@click.pass_obj
def adopt_command(folder: Path, copy: Path, root: str, reason: str) -> None:
    """On a new machine: become the site of the sealed COPY, with the next server term."""
    typed = click.prompt("恢复密钥 / recovery secret", hide_input=True)
    done = adopt(folder, copy, read_secret(typed), root, reason)
    count = sum(done.sessions.values())
    say(
        f"本机已接管（第 {done.promotion.server_term} 任），副本有 {count} 条记录；"
        "请运行 examsite serve",
        f"This machine took over (server term {done.promotion.server_term}) with {count} events;"
        " now run examsite serve",
    )
    if done.damaged:
        say(
            f"注意：副本旁有 {done.damaged} 个文件损坏，未取用",
            f"Mind: {done.damaged} files beside the copy are damaged and were left there",
        )
    if done.missing:
        say(
            f"注意：缺少 {done.missing} 个上传的文件；旧硬盘若还能读取，"
            "请把其数据文件夹中的 files 复制到本机的数据文件夹",
            f"Mind: {done.missing} uploaded files are missing; if the old disk"
            " can be read, copy `files` of its data folder into this one",
        )
