"""`examsite-setup plan|apply|verify|doctor|uninstall` for a person, `upgrade` for the package."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from provisioning.privileged import SERVICES, Machine, Releases
from provisioning.setup.answers import QUESTIONS, Answers, problems, read_answers
from provisioning.setup.errors import AnswersRefused, NotAsPlanned, Unfit
from provisioning.setup.facts import blockers, measure, warnings
from provisioning.setup.steps import STEPS, TIMERS, Around, missing, undone
from sync.console import language, say, show_json, show_table

# What was answered last, so that nobody is asked twice.
KEPT = "/var/lib/examsite-setup/answers.json"
answers_option = click.option(
    "--answers",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with the answers (TOML), instead of being asked.",
)


def _kept(machine: Machine) -> Answers:
    text = machine.read(KEPT)
    return msgspec.json.decode(text, type=Answers) if text else Answers()


def _answers(machine: Machine, path: Path | None, ask: bool) -> Answers:
    """Of the file, of the person, or of last time."""
    if path is not None:
        return read_answers(path)
    kept = _kept(machine)
    if not ask or not sys.stdin.isatty():
        return kept
    given: dict[str, Any] = {}
    for name, question in QUESTIONS.items():
        before = getattr(kept, name)
        typed: Callable[..., Any] = click.confirm if isinstance(before, bool) else click.prompt
        given[name] = typed(question.in_(language()), default=before)
    answers = msgspec.structs.replace(kept, **given)
    if found := problems(answers):
        raise AnswersRefused(found, path="-")
    return answers


def _around(path: Path | None, ask: bool = False) -> Around:
    machine = Machine()
    return Around(machine, _answers(machine, path, ask), measure(machine))


def _fit(around: Around) -> None:
    """Warnings are said; Unfit for what must be mended first."""
    for one in warnings(around.facts):
        say(f"注意：{one.zh}", f"Mind: {one.en}")
    if found := blockers(around.facts):
        raise Unfit(what="; ".join(one.in_(language()) for one in found))


@click.command("plan")
@answers_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
def plan(path: Path | None, as_json: bool) -> None:
    """What `apply` would do to this machine, and why; nothing is changed."""
    around = _around(path)
    left = {step.name for step in undone(around)}
    steps = [
        {"step": s.name, "done": s.name not in left, "why": s.why.in_(language())}
        for s in STEPS
        if s.wanted(around)
    ]
    told = [one.in_(language()) for one in (*blockers(around.facts), *warnings(around.facts))]
    if as_json:
        show_json({"steps": steps, "machine": told, "address": around.address})
        return
    show_table(
        ["step", "", "why"], [[str(s["step"]), "✓" if s["done"] else "·", s["why"]] for s in steps]
    )
    for line in told:
        click.echo(line)


@click.command("apply")
@answers_option
def apply(path: Path | None) -> None:
    """Make this machine a site. Safe to run again: what is done is left as it is."""
    Machine().need_root("apply")
    around = _around(path, ask=True)
    _fit(around)
    around.machine.write(KEPT, msgspec.json.encode(around.answers).decode(), 0o600)
    _mend(around)
    if not around.enrolled:
        say(
            "本机尚未登记；拿到登记包后再次运行 examsite-setup apply",
            "Not enrolled yet; run examsite-setup apply again with the bundle",
        )


def _mend(around: Around) -> int:
    """Do what is not done, in the order in which one needs the other."""
    count = 0
    for step in STEPS:
        if missing(step, around):
            say(f"{step.name}：{step.why.zh}", f"{step.name}: {step.why.en}")
            step.do(around)
            count += 1
    return count


@click.command("verify")
@answers_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
def verify(path: Path | None, as_json: bool) -> None:
    """Is everything as planned? Exit status 3 if not, with what differs."""
    around = _around(path)
    left = [step.name for step in undone(around)]
    if as_json:
        show_json({"differs": left})
    if left:
        raise NotAsPlanned(count=len(left), names=", ".join(left))
    if not as_json:
        say("一切与计划相符", "Everything is as planned")


@click.command("doctor")
def doctor() -> None:
    """Find what is wrong with this machine and mend what can be mended."""
    machine = Machine()
    machine.need_root("doctor")
    around = Around(machine, _kept(machine), measure(machine))
    for one in (*blockers(around.facts), *warnings(around.facts)):
        say(f"注意：{one.zh}", f"Mind: {one.en}")
    Releases(machine).settle()
    mended = _mend(around)
    left = undone(around)
    if left:
        raise NotAsPlanned(count=len(left), names=", ".join(step.name for step in left))
    say(f"修好 {mended} 项，其余正常", f"{mended} mended, all else is well")


@click.command("uninstall")
def uninstall() -> None:
    """Undo what `apply` did to this machine. Results, keys and the package stay."""
    machine = Machine()
    machine.need_root("uninstall")
    Releases(machine).check()
    around = Around(machine, _kept(machine), measure(machine))
    for step in reversed(STEPS):
        if step.wanted(around):
            step.undo(around)
    say(
        "已还原本机设置；成绩和密钥仍在 /var/lib/examsite",
        "This machine is as it was; results and keys stay in /var/lib/examsite",
    )


@click.group("upgrade")
def upgrade() -> None:
    """Releases: which is in use, and how another takes its place."""


@upgrade.command("check")
def check() -> None:
    """Exit status 0 if nobody sits, so that the services may be stopped."""
    Releases(Machine()).check()


@upgrade.command("switch")
@click.argument("version")
def switch(version: str) -> None:
    """Use release VERSION from now on; if it does not serve, the one before comes back."""
    machine = Machine()
    machine.need_root("upgrade switch")
    Releases(machine).switch(version)
    say(f"现在运行的是 {version}", f"In use: {version}")


@upgrade.command("back")
def back() -> None:
    """Use the release before this one again."""
    machine = Machine()
    machine.need_root("upgrade back")
    found = Releases(machine).back()
    if found:
        say(f"现在运行的是 {found}", f"In use: {found}")
    else:
        say("没有更早的版本", "There is no release before this one")


@upgrade.command("stop")
def stop() -> None:
    """Stop and disable all services; the package calls it before it goes."""
    machine = Machine()
    machine.need_root("upgrade stop")
    for unit in (*SERVICES, *TIMERS):
        machine.tell("disable", "--now", unit)


@click.command("settle")
def settle() -> None:
    """After a power cut: end an upgrade that was cut off. A unit calls it at each boot."""
    machine = Machine()
    machine.need_root("settle")
    Releases(machine).settle()
