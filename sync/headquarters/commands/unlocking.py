"""Commands of the hour: codes for two officials, unlocking over the network."""

from pathlib import Path

import click

from sync.console import language, say, show_json
from sync.headquarters.commands.base import OUT_FILE, json_option, opened, stamp
from sync.headquarters.commands.officer import Officer, officer_options
from sync.headquarters.planning import publish, unlocking
from sync.headquarters.web.code_sheets import codes_file


@click.command("codes")
@click.argument("session_id")
@click.option("--html", type=OUT_FILE, help="Write sheets to print instead, one an official.")
@click.option("--official", type=click.IntRange(1, 2), help="Only this official's code.")
@json_option
@click.pass_obj
def codes_command(
    folder: Path, session_id: str, html: Path | None, official: int | None, as_json: bool
) -> None:
    """The unlock codes of a published session; each look is recorded."""
    with opened(folder) as hq:
        if html:
            text = codes_file(hq, stamp(), session_id, language(), official)
            write_secret(html, text)
            say(f"已写入 {html}，打印后请删除", f"Written: {html}; delete it once printed")
            return
        codes = publish.unlock_codes(hq, stamp(), session_id)
    chosen = {n: code for n, code in enumerate(codes, start=1) if official in (None, n)}
    if as_json:
        show_json(chosen)
        return
    for number, code in chosen.items():
        say(f"负责人 {number}：{code}", f"Official {number}: {code}")


@click.command("online-unlock")
@click.argument("session_id")
@officer_options
@click.pass_obj
def online_unlock_command(
    folder: Path, session_id: str, account: str, password_file: Path | None
) -> None:
    """Agree that a session unlocks over the network at its hour; two people must."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "release-officer")
        agreed = unlocking.consent(hq, by, session_id)
    names = "、".join(one.who for one in agreed)
    say(
        f"已同意 {len(agreed)}/{unlocking.NEEDED}：{names}",
        f"{len(agreed)} of {unlocking.NEEDED} agree: {names}",
    )


def write_secret(path: Path, text: str) -> None:
    """A file that only its owner can read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, "utf-8")
