"""Commands about headquarters' own keys."""

from pathlib import Path

import click

from sync.console import say
from sync.headquarters.commands.base import IN_FILE, OUT_FILE, json_option, opened, show, stamp
from sync.headquarters.register import holding, keys, rotation
from sync.wire.keys import SECRET_LENGTH, SigningKey, load_key
from sync.wire.register import KeyRegister

ROOT = click.option("--root", type=IN_FILE, required=True, help="The root key, from its stick.")
DAYS = click.option(
    "--days",
    type=click.IntRange(0, 365),
    default=30,
    show_default=True,
    help="How long what the old key signed is still taken.",
)


@click.group("keys")
def keys_group() -> None:
    """Headquarters' own keys and their register."""


@keys_group.command("take")
@click.argument("name", type=click.Choice(keys.TO_TAKE))
@click.argument("file", type=OUT_FILE)
@click.pass_obj
def keys_take(folder: Path, name: str, file: Path) -> None:
    """Move a key to a stick: release keys to their officers, root and escrow into the safe."""
    with opened(folder) as hq:
        keys.take(hq, stamp(), name, file)
    say(
        f"密钥 {name} 已移到 {file}，本机不再保存；请妥善保管并另做备份",
        f"Key {name} is now in {file} and no longer here; keep it safe, and a copy of it",
    )


@keys_group.command("list")
@json_option
@click.pass_obj
def keys_list(folder: Path, as_json: bool) -> None:
    """All keys: what each is for and good for, whether it is here, how much it opens."""
    columns = ["role", "key", "standing", "since", "until", "reason", "here", "opens"]
    with opened(folder) as hq:
        show(holding.key_rows(hq, stamp().at), columns, as_json)


@keys_group.command("rotate")
@click.argument("role", type=click.Choice(rotation.ROTATED))
@click.option("--old", help="The release key that ends.")
@click.option("--out", type=OUT_FILE, help="Where a new release or escrow key goes: a stick.")
@ROOT
@DAYS
@click.pass_obj
def keys_rotate(
    folder: Path, role: rotation.Rotated, old: str | None, out: Path | None, root: Path, days: int
) -> None:
    """A new key in the place of an old one; for receipts stop `examhq serve` first."""
    with opened(folder) as hq:
        _say(rotation.rotate(hq, stamp(), _key(root), role, days, old=old, target=out))


@keys_group.command("revoke")
@click.argument("key")
@click.option("--reason", required=True, help="Why; sites show it.")
@ROOT
@click.pass_obj
def keys_revoke(folder: Path, key: str, reason: str, root: Path) -> None:
    """Make a key good for nothing more, at once; its successor must be there."""
    with opened(folder) as hq:
        _say(keys.revoke(hq, stamp(), _key(root), key, reason))


def _key(path: Path) -> SigningKey:
    return SigningKey.from_bytes(load_key(path, SECRET_LENGTH))


def _say(register: KeyRegister) -> None:
    say(
        f"密钥登记表第 {register.serial} 号已签发，考点下次联系或插 U 盘时取得",
        f"Key register {register.serial} issued; sites get it at their next contact, or by stick",
    )
