"""`examhq update`: which software sites may install, signed by two release officers."""

from pathlib import Path

import click

from sync.console import FOLDER, say
from sync.headquarters.commands.base import IN_FILE, OUT_FILE, opened
from sync.headquarters.commands.officer import Officer, officer_options
from sync.headquarters.planning.updates import countersign_update, publish_update, sign_update
from sync.updates import lay_out
from sync.wire.keys import SECRET_LENGTH, SigningKey, load_key
from sync.wire.update import peek_update

key_option = click.option("--key", type=IN_FILE, required=True, help="Your own release key file.")


@click.group("update")
def update() -> None:
    """Updates of the sites' software."""


@update.command("sign")
@click.argument("file", type=IN_FILE)
@click.option("--version", "number", required=True, help="Of the software in FILE, such as 1.2.0.")
@click.option("--reason", required=True, help="Why, in a sentence that sites read.")
@click.option(
    "--days",
    type=click.IntRange(1, 400),
    default=90,
    show_default=True,
    help="After so many days sites believe it no more.",
)
@key_option
@click.option("--out", type=OUT_FILE, required=True, help="For the second officer.")
@officer_options
@click.pass_obj
def sign_command(
    folder: Path,
    file: Path,
    number: str,
    reason: str,
    days: int,
    key: Path,
    out: Path,
    account: str,
    password_file: Path | None,
) -> None:
    """Sign the package FILE as the newest software; a second officer must do so too."""
    signer = SigningKey.from_bytes(load_key(key, SECRET_LENGTH))
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "release-officer")
        made = sign_update(hq, by, signer, file, version=number, reason=reason, days=days)
    out.write_bytes(made)
    say(
        f"已签名 {out}，还需第二位发布人签名",
        f"Signed: {out}; the second officer's signature is needed",
    )


@update.command("countersign")
@click.argument("word", type=IN_FILE)
@click.argument("file", type=IN_FILE)
@key_option
@click.option("--to", type=FOLDER, required=True, help="A stick or folder for the sites.")
@officer_options
@click.pass_obj
def countersign_command(
    folder: Path, word: Path, file: Path, key: Path, to: Path, account: str,
    password_file: Path | None,
) -> None:  # fmt: skip
    """Sign the first officer's WORD on FILE too, and lay both out for sites."""
    signer = SigningKey.from_bytes(load_key(key, SECRET_LENGTH))
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "release-officer")
        whole = countersign_update(hq, by, signer, word.read_bytes(), file)
    lay_out(to, whole, file)
    found = peek_update(whole)[0]
    say(
        f"版本 {found.version}（第 {found.serial} 号）已发布到 {to}",
        f"Version {found.version} (number {found.serial}) is laid out in {to}",
    )


@update.command("publish")
@click.argument("file", type=IN_FILE)
@officer_options
@click.pass_obj
def publish_command(folder: Path, file: Path, account: str, password_file: Path | None) -> None:
    """Let sites fetch FILE over the line: just the package that both officers signed last."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "release-officer")
        found = publish_update(hq, by, file)
    say(
        f"各考点可在线取得版本 {found.version}（考试时段不下载）",
        f"Sites may fetch version {found.version} over the line, outside the hours of sittings",
    )
