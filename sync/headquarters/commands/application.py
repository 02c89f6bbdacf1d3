"""Commands for site applications (考核站点申报): entering, the stamped form, the review."""

from pathlib import Path

import click
import msgspec

from sync.console import language, say, show_json
from sync.headquarters.commands.base import (
    IN_FILE,
    LIMIT,
    OUT_FILE,
    json_option,
    opened,
    plain,
    show,
    stamp,
)
from sync.headquarters.register import applications
from sync.headquarters.register.application import FIELDS, STATES, Act, Stated, Step, check_approval
from sync.headquarters.register.refusals import ApplicationIncomplete
from sync.headquarters.register.stamped import kind_of
from sync.wire.files import write_durably
from sync.words import Words

NUMBER = click.argument("number", type=click.IntRange(min=1))


@click.group("application")
def application() -> None:
    """Site applications: what a school states, and the review."""


@application.command("create")
@click.argument("file", type=IN_FILE)
@click.option("--site", required=True, help="The identifier that the site has or will have.")
@click.option("--form", "stamped", type=IN_FILE, help="The stamped form; also submits it.")
@json_option
@click.pass_obj
def create(folder: Path, file: Path, site: str, stamped: Path | None, as_json: bool) -> None:
    """Enter an application from a JSON file; `examhq application template` writes one."""
    if stamped:
        # Before anything is written: a form that cannot be taken leaves no draft behind.
        kind_of(stamped.read_bytes(), stamped.name)
    with opened(folder) as hq:
        number = applications.create(hq, stamp(), site, read_stated(file))
        if stamped:
            applications.attach(hq, stamp(), number, stamped.read_bytes(), stamped.name)
            applications.advance(hq, stamp(), number, "submit")
        state = applications.show(hq, number).state
    if as_json:
        show_json({"application": number, "state": state})
        return
    shown = STATES[state]
    say(f"已录入申报 {number}：{shown.zh}", f"Application {number} entered: {shown.en}")


@application.command("edit")
@NUMBER
@click.argument("file", type=IN_FILE)
@click.pass_obj
def edit(folder: Path, number: int, file: Path) -> None:
    """Another content for a draft, or for one that was sent back."""
    with opened(folder) as hq:
        applications.edit(hq, stamp(), number, read_stated(file))
    say(f"已修改申报 {number}", f"Application {number} changed")


def read_stated(file: Path) -> Stated:
    """The fields in a file; ApplicationIncomplete if it has other members."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Stated)
    except msgspec.DecodeError as error:
        raise ApplicationIncomplete([Words(str(error), str(error))]) from None


@application.command("template")
@click.argument("file", type=OUT_FILE)
def template(file: Path) -> None:
    """Write a JSON file with all fields of an application, to fill in."""
    empty = Stated("", "", "", "", "", "", "", (), "", 0, 0, 0, 0)
    write_durably(file, msgspec.json.format(msgspec.json.encode(empty), indent=1) + b"\n")
    say(f"已写入 {file}", f"Written: {file}")


@application.command("attach")
@NUMBER
@click.argument("file", type=IN_FILE)
@click.pass_obj
def attach(folder: Path, number: int, file: Path) -> None:
    """Add the stamped form (.pdf, .docx or .doc)."""
    with opened(folder) as hq:
        form = applications.attach(hq, stamp(), number, file.read_bytes(), file.name)
    say(f"已保存：{form.digest}", f"Kept: {form.digest}")


@application.command("form")
@NUMBER
@click.option("--out", type=OUT_FILE, required=True, help="Where the form goes.")
@click.pass_obj
def form(folder: Path, number: int, out: Path) -> None:
    """Write the stamped form to a file; that it was taken is recorded."""
    with opened(folder) as hq:
        found, data = applications.read_form(hq, stamp(), number)
    write_durably(out, data, 0o600)
    say(f"已写入 {out}（{found.kind}）", f"Written: {out} ({found.kind})")


@application.command("submit")
@NUMBER
@click.pass_obj
def submit(folder: Path, number: int) -> None:
    """Submit it; without its stamped form it is sent back at once."""
    _advance(folder, number, "submit", "")


@application.command("return")
@NUMBER
@click.option("--reason", required=True, help="What the school must mend.")
@click.pass_obj
def send_back(folder: Path, number: int, reason: str) -> None:
    """Send it back."""
    _advance(folder, number, "return", reason)


@application.command("refuse")
@NUMBER
@click.option("--reason", required=True, help="Why it is refused.")
@click.pass_obj
def refuse(folder: Path, number: int, reason: str) -> None:
    """Refuse it, for good."""
    _advance(folder, number, "refuse", reason)


@application.command("revoke")
@NUMBER
@click.option("--reason", required=True, help="Why the approval ends.")
@click.pass_obj
def revoke(folder: Path, number: int, reason: str) -> None:
    """End an approval before its time."""
    _advance(folder, number, "revoke", reason)


@application.command("approve")
@NUMBER
@click.option(
    "--certificate",
    "names",
    multiple=True,
    required=True,
    help="530051 for all its levels, or 530051-junior for one; may be repeated.",
)
@click.option("--from", "first_day", required=True, help="First day, as 2026-01-01.")
@click.option("--until", "last_day", required=True, help="Last day, as 2027-12-31.")
@click.pass_obj
def approve(
    folder: Path, number: int, names: tuple[str, ...], first_day: str, last_day: str
) -> None:
    """Approve it for certificates, from a day to another."""
    named = check_approval(names, first_day, last_day)
    with opened(folder) as hq:
        applications.advance(hq, stamp(), number, "approve", named=named)
    say(f"申报 {number}：已批准", f"Application {number}: approved")


def _advance(folder: Path, number: int, act: Act, reason: str) -> None:
    with opened(folder) as hq:
        applications.advance(hq, stamp(), number, act, reason)
        found = applications.show(hq, number)
    state, last = STATES[found.state], found.steps[-1]
    why = f"（{last.why}）" if last.why else ""
    say(
        f"申报 {number}：{state.zh}{why}",
        f"Application {number}: {state.en}{f' ({last.why})' if last.why else ''}",
    )


@application.command("list")
@click.option("--site", help="Only of this site.")
@LIMIT
@json_option
@click.pass_obj
def list_command(folder: Path, site: str | None, limit: int, as_json: bool) -> None:
    """The newest applications; contacts are not listed."""
    with opened(folder) as hq:
        found = applications.list_some(hq, limit, site)
    rows = [
        {
            "id": one.id,
            "site": one.site,
            "name": one.stated.name,
            "state": one.state if as_json else STATES[one.state].in_(language()),
            "certificates": [a.certificate for a in one.approvals] or list(one.stated.certificates),
            "until": max((a.last_day for a in one.approvals), default=None),
        }
        for one in found
    ]
    show(rows, ["id", "site", "name", "state", "certificates", "until"], as_json)


@application.command("show")
@NUMBER
@json_option
@click.pass_obj
def show_command(folder: Path, number: int, as_json: bool) -> None:
    """One application with every step of it."""
    with opened(folder) as hq:
        found = applications.show(hq, number)
    said = plain(found) | {"form": found.form._asdict() if found.form else None}
    if as_json:
        show_json(said)
        return
    head = [{"id": found.id, "site": found.site, "state": STATES[found.state].in_(language())}]
    show(head, ["id", "site", "state"], False)
    stated = said["stated"].items()
    fields = [{"item": FIELDS[name].in_(language()), "value": value} for name, value in stated]
    show(fields, ["item", "value"], False)
    show(found.approvals, ["certificate", "first_day", "last_day"], False)
    steps = [_step(one) for one in found.steps]
    show(steps, ["who", "from_state", "to_state", "why"], False)


def _step(one: Step) -> dict[str, str]:
    lang = language()
    states = {n: STATES[getattr(one, n)].in_(lang) for n in ("from_state", "to_state")}
    return {"who": one.who, "why": one.why or "—"} | states
