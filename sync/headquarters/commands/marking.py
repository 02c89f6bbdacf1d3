"""Commands about marking: figures of items, corrections of keys."""

from pathlib import Path

import click

from sync.console import language, say, show_json
from sync.exam.marking import Ruling
from sync.headquarters.commands.base import OUT_FILE, json_option, opened, plain, show
from sync.headquarters.commands.officer import Officer, officer_options
from sync.headquarters.marking import corrections, item_figures
from sync.headquarters.marking.corrections import Change
from sync.headquarters.marking.rulings import Correction, in_words, key_typed, list_corrections
from sync.headquarters.planning.sessions import show_session
from sync.wire.files import write_durably


@click.command("figures")
@click.argument("session_id")
@click.option("--out", type=OUT_FILE, help="Write the .xlsx here.")
@json_option
@click.pass_obj
def items_command(folder: Path, session_id: str, out: Path | None, as_json: bool) -> None:
    """Difficulty, discrimination, options and time of every item of a scored session."""
    with opened(folder) as hq:
        if out:
            write_durably(out, item_figures.statistics_sheet(hq, session_id))
            say(f"已写入 {out}", f"Written: {out}")
            return
        found = item_figures.saved_statistics(hq, session_id)
    if as_json:
        show_json(plain(found))
        return
    for form in found:
        alpha = item_figures.figure(form.alpha) or "—"
        say(
            f"{form.form}：{form.attempts} 人，α {alpha}",
            f"{form.form}: n {form.attempts}, α {alpha}",
        )
        rows = [
            {
                "item": one.item,
                "difficulty": item_figures.figure(one.difficulty),
                "discrimination": item_figures.figure(one.discrimination),
                "omitted": one.omitted,
                "options": " ".join(f"{o.option}{'*' * o.key}:{o.all}" for o in one.options),
                "flags": list(one.flags),
            }
            for one in form.items
        ]
        show(rows, list(rows[0]), False)


@click.group("corrections")
def corrections_group() -> None:
    """Wrong keys: corrected by one officer, confirmed by another, marked again."""


@corrections_group.command("list")
@click.argument("session_id")
@json_option
@click.pass_obj
def corrections_list(folder: Path, session_id: str, as_json: bool) -> None:
    """Every correction of a session, and what was decided."""
    with opened(folder) as hq:
        show_session(hq, session_id)
        found = list_corrections(hq, session_id)
    if as_json:
        show_json(plain(found))
        return
    columns = ["number", "sitting", "item", "marked", "reason", "who", "decision"]
    show([_line(one) for one in found], columns, False)


def _line(one: Correction) -> dict[str, object]:
    said = one.decision
    word = "✓" if said and said.confirmed else "✗"
    return {
        "number": one.number,
        "sitting": one.sitting,
        "item": one.item,
        "marked": in_words(one.after).in_(language()),
        "reason": one.reason,
        "who": one.who,
        "decision": f"{word} {said.who}" if said else None,
    }


@corrections_group.command("propose")
@click.argument("session_id")
@click.argument("sitting_id")
@click.argument("item")
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="Right: options as ac, pairs as 1b2a, or a text; again for more.",
)
@click.option("--full", is_flag=True, help="Void: full marks for everyone who handed in.")
@click.option("--removed", is_flag=True, help="Void: taken out of the total.")
@click.option("--reason", required=True, help="Why the authored key is wrong.")
@officer_options
@click.pass_obj
def corrections_propose(
    folder: Path,
    session_id: str,
    sitting_id: str,
    item: str,
    keys: tuple[str, ...],
    full: bool,
    removed: bool,
    reason: str,
    account: str,
    password_file: Path | None,
) -> None:
    """Propose how an item is marked instead; another officer must confirm."""
    if (bool(keys), full, removed).count(True) != 1:
        raise click.UsageError("--key | --full | --removed")
    ruling = Ruling("full" if full else "removed")
    about = {"session": session_id, "sitting": sitting_id, "item": item}
    with opened(folder) as hq:
        if keys:
            authored = corrections.authored_item(hq, **about)
            ruling = Ruling("keys", tuple(key_typed(authored, key) for key in keys))
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        number = corrections.propose(hq, by, **about, ruling=ruling, reason=reason)
    say(f"更正 {number} 待另一人确认", f"Correction {number} waits for another officer")


@corrections_group.command("confirm")
@click.argument("session_id")
@click.argument("number", type=int)
@json_option
@officer_options
@click.pass_obj
def corrections_confirm(
    folder: Path,
    session_id: str,
    number: int,
    as_json: bool,
    account: str,
    password_file: Path | None,
) -> None:
    """Confirm another officer's correction: everyone is marked again from the journal."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        _show_changes(corrections.confirm(hq, by, session_id, number), as_json)


@corrections_group.command("refuse")
@click.argument("session_id")
@click.argument("number", type=int)
@officer_options
@click.pass_obj
def corrections_refuse(
    folder: Path, session_id: str, number: int, account: str, password_file: Path | None
) -> None:
    """Refuse a correction, or take one's own back."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        corrections.refuse(hq, by, session_id, number)
    say(f"更正 {number} 未采纳", f"Correction {number} does not count")


@corrections_group.command("changes")
@click.argument("session_id")
@click.argument("number", type=int, required=False)
@click.option("--out", type=OUT_FILE, help="Write the .xlsx here.")
@json_option
@click.pass_obj
def corrections_changes(
    folder: Path, session_id: str, number: int | None, out: Path | None, as_json: bool
) -> None:
    """Every candidate before and after a correction, or after all; other results on top."""
    with opened(folder) as hq:
        if out:
            write_durably(out, corrections.changes_sheet(hq, session_id, number))
            say(f"已写入 {out}", f"Written: {out}")
            return
        _show_changes(corrections.list_changes(hq, session_id, number), as_json)


def _show_changes(found: list[Change], as_json: bool) -> None:
    rows = [plain(one) | {"turned": one.turned} for one in found]
    columns = ["number", "item", "admission", "name", "marks_before", "marks_after"]
    columns += ["state_before", "state_after", "turned"]
    show(rows, columns, as_json)
