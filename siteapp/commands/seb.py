"""`examsite seb`: the configuration of Safe Exam Browser for this site's student machines."""

from pathlib import Path
from typing import IO

import click

from siteapp.config import Settings
from siteapp.identity import load_identity
from siteapp.lockdown import LONGEST, SHORTEST, Lockdown, fit
from sync.console import say
from sync.wire.files import write_durably


@click.group("seb")
def seb() -> None:
    """Safe Exam Browser: its file, for sittings that are taken in it."""


@seb.command("make")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--password-file",
    type=click.File("r", encoding="utf-8"),
    help="The password that opens it; without one whoever has the file has its key.",
)
@click.pass_obj
def make(folder: Path, file: Path, password_file: IO[str] | None) -> None:
    """Write the `.seb` file, and say the Config Key and the code that ends the browser."""
    password = password_file.read(1000).rstrip("\r\n") if password_file else ""
    if not fit(password) or (password_file and not password):
        raise click.BadParameter(
            f"密码须为 {SHORTEST}–{LONGEST} 个英文字符 / {SHORTEST} to {LONGEST} ASCII characters",
            param_hint="--password-file",
        )
    made = Lockdown(load_identity(folder).candidate_secret, Settings.load(folder))
    write_durably(file, made.file(password))
    say(f"已写入 {file.name}，打开 {made.address}", f"Written: {file.name}, opens {made.address}")
    say(f"Config Key：{made.key}", f"Config Key: {made.key}")
    say(f"退出码：{made.quit_code}", f"Quit code: {made.quit_code}")
    if not password:
        say("没有密码：谁有此文件谁就有其密钥", "No password: whoever has the file has its key")
