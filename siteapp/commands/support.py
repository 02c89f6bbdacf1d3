"""`examsite support-bundle`: ask headquarters for help without telling it anything of anybody."""

from pathlib import Path

import click

from siteapp.identity import load_identity
from siteapp.support import facts, write_bundle
from sync.console import OUT_FILE, say, show_json


@click.command("support-bundle")
@click.argument("out", type=OUT_FILE, required=False)
@click.option("--show", is_flag=True, help="Print what would be in it, and write nothing.")
@click.pass_obj
def support_bundle(folder: Path, out: Path | None, show: bool) -> None:
    """Seal this site's state to headquarters: versions, figures, error codes; no names, no answers.

    OUT is the file [examsite-SITE.support here]; headquarters opens it with `examhq support open`.
    """
    identity = load_identity(folder)
    if show:
        show_json(facts(identity))
        return
    out = out or Path(f"examsite-{identity.site}.support")
    write_bundle(out, identity)
    say(
        f"已写入 {out}，只有总部能打开；不含姓名、证件号和作答",
        f"Written: {out}. Only headquarters can open it; it has no names, numbers or answers",
    )
