"""Commands about headquarters' own keys."""

from pathlib import Path

import click

from sync.console import say
from sync.headquarters import keys
from sync.headquarters.cli_base import OUT_FILE, opened, stamp


@click.group("keys")
def keys_group() -> None:
    """Headquarters' own keys."""


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
