"""`examsite recovery`, `backup`, `adopt`: sealed copies for a site without a spare."""

from pathlib import Path

import click

from siteapp.identity import load_identity
from siteapp.standby.copies import adopt, make_recovery, read_secret, uploaded, write_copy
from sync.console import say


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
@click.argument("to", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def backup(folder: Path, to: Path) -> None:
    """Write a sealed copy into the folder TO, also while the service runs."""
    path = write_copy(load_identity(folder), to)
    say(f"已写入 {path.name}", f"Written: {path.name}")
    if count := uploaded(folder):
        say(
            f"注意：副本不含上传的文件（{count} 个），它们只在本机和备用服务器上",
            f"Mind: {count} uploaded files are not in the copy, but here and on the spare only",
        )


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
    if done.missing:
        say(
            f"注意：缺少 {done.missing} 个上传的文件（副本不含上传的文件）；旧硬盘若还能读取，"
            "请把其数据文件夹中的 files 复制到本机的数据文件夹",
            f"Mind: {done.missing} uploaded files are missing, for a copy has none; if the old disk"
            " can be read, copy `files` of its data folder into this one",
        )
