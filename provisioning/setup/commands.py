"""`examsite-setup plan|apply|verify|doctor|uninstall` for a person, `upgrade` for the package."""

import sys
from pathlib import Path

import click
import msgspec

from provisioning.privileged import SERVICES, Machine, Releases
from provisioning.setup.answers import Answers, read_answers
from provisioning.setup.around import Around
from provisioning.setup.asking import agree, ask, choose_language
from provisioning.setup.doctor import examine, mend
from provisioning.setup.errors import CutOff, NotAsPlanned, NotWell, Unfit
from provisioning.setup.facts import blockers, measure, warnings
from provisioning.setup.findings import NO_ADDRESS, NOT_ENROLLED, OTHER_DHCP, Finding, Kind
from provisioning.setup.steps import STEPS, TIMERS, TYPED, missing, undone
from sync.console import language, say, show_error, show_json, show_table
from sync.errors import ExamError
from sync.words import Language, Words

BOTH: tuple[Language, ...] = ("zh", "en")
# What was answered last, so that nobody is asked twice.
KEPT = "/var/lib/examsite-setup/answers.json"
# What may wait for headquarters or for a stick, while all else is made ready.
MAY_WAIT = ("enrolment", "rooms")
answers_option = click.option(
    "--answers",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with the answers (TOML), instead of being asked.",
)
root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("/"),
    help="The root folder of the machine, if it is not the one that runs: of an image.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON line.")


def _kept(machine: Machine) -> Answers:
    text = machine.read(KEPT)
    return msgspec.json.decode(text, type=Answers) if text else Answers()


def _around(root: Path, path: Path | None = None) -> Around:
    """The machine with the answers of the file, or of last time."""
    machine = Machine(root)
    answers = read_answers(path) if path else _kept(machine)
    return Around(machine, answers, measure(machine, answers), lang=language())


def _fit(around: Around, *but: Kind) -> None:
    """Unfit for what must be mended first, other than these."""
    if found := [b for b in blockers(around.facts, around.answers) if b.kind not in but]:
        raise Unfit(
            says=Words(*("; ".join(one.says(lang) for one in found) for lang in BOTH)),
            remedies=Words(*("; ".join(one.remedy(lang) for one in found) for lang in BOTH)),
        )


@click.command("plan")
@answers_option
@root_option
@json_option
def plan(path: Path | None, root: Path, as_json: bool) -> None:
    """What `apply` would do to this machine, and why; nothing is changed."""
    around = _around(root, path)
    left = {step.name for step in undone(around)}
    steps = [
        {"step": s.name, "done": s.name not in left, "why": s.why.in_(language())}
        for s in STEPS
        if s.wanted(around)
    ]
    wrong = [*blockers(around.facts, around.answers), *warnings(around.facts)]
    if not around.enrolled and not around.answers.bundle:
        wrong.append(Finding(NOT_ENROLLED, {}))
    told = [one.line(language()) for one in wrong]
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
@click.option("--once", is_flag=True, help="Ask headquarters once instead of waiting for it.")
@root_option
def apply(path: Path | None, once: bool, root: Path) -> None:
    """Make this machine a site. Safe to run again: what is done is left as it is."""
    Machine(root).need_root("apply")
    around = _around(root, path)._replace(waits=not once)
    asked, typed = path is None and sys.stdin.isatty(), ""
    if asked:
        around, typed = _asked(around)
    _fit(around)
    for one in warnings(around.facts):
        say(f"注意：{one.line('zh')}", f"Mind: {one.line('en')}")
    if asked:
        agree([(s.name, s.why.in_(language())) for s in undone(around)])
    if typed:
        around.machine.write(TYPED, typed, 0o600)
    around.machine.write(KEPT, msgspec.json.encode(around.answers).decode(), 0o600)
    _carry_out(around)
    if not around.enrolled:
        say(
            "本机尚未登记；拿到登记包后再次运行 examsite-setup apply",
            "Not enrolled yet; run examsite-setup apply again with the bundle",
        )


def _asked(around: Around) -> tuple[Around, str]:
    """What cannot be done is said before the first question; then the person answers."""
    if not click.get_current_context().find_root().params.get("lang"):
        choose_language()
    # Of these the person decides with the answers.
    _fit(around, NO_ADDRESS, OTHER_DHCP)
    answers, typed = ask(around.answers, around.facts, around.enrolled, around.machine.root)
    if typed:
        answers = msgspec.structs.replace(answers, bundle=str(around.machine.at(TYPED)))
    facts = measure(around.machine, answers)
    return around._replace(answers=answers, facts=facts, lang=language()), typed


def _carry_out(around: Around) -> None:
    """Do what is not done, in the order in which one needs the other."""
    waits: list[ExamError] = []
    for step in STEPS:
        if not missing(step, around):
            continue
        say(f"{step.name}：{step.why.zh}", f"{step.name}: {step.why.en}")
        try:
            step.do(around)
        except (click.Abort, KeyboardInterrupt):
            raise CutOff(step=step.name) from None
        except ExamError as error:
            if step.name not in MAY_WAIT:
                raise
            waits.append(error)
    if waits:
        raise waits[0]


@click.command("verify")
@answers_option
@root_option
@json_option
def verify(path: Path | None, root: Path, as_json: bool) -> None:
    """Is everything as planned? Exit status 3 if not, with what differs."""
    around = _around(root, path)
    left = [step.name for step in undone(around)]
    if as_json:
        show_json({"differs": left})
    if left:
        raise NotAsPlanned(count=len(left), names=", ".join(left))
    if not as_json:
        say("一切与计划相符", "Everything is as planned")


@click.command("doctor")
@click.option("--mend", "mends", is_flag=True, help="Mend what can be mended without a person.")
@root_option
@json_option
def doctor(mends: bool, root: Path, as_json: bool) -> None:
    """Find what is wrong with this machine, and say what to do; exit status 3 if it is grave."""
    Machine(root).need_root("doctor")
    around, mended = _around(root), 0
    wrong = examine(around)
    if not as_json:
        _show(wrong)
    if mends or (not as_json and sys.stdin.isatty() and _wants_it(wrong)):
        mended = mend(around, wrong, lambda error: show_error(error, language()))
        wrong = examine(_around(root))
    if as_json:
        show_json({"mended": mended, "found": [_as_json(one) for one in wrong]})
    elif mended:
        say(f"已处理 {mended} 项", f"{mended} mended")
        _show(wrong)
    if grave := [one.kind.code for one in wrong if one.kind.grave]:
        raise NotWell(count=len(grave), names=", ".join(grave))


def _wants_it(wrong: list[Finding]) -> bool:
    return any(one.mend for one in wrong) and click.confirm(
        Words("现在自动处理吗？", "Mend now what can be mended?").in_(language()), default=True
    )


def _show(wrong: list[Finding]) -> None:
    if not wrong:
        say("一切正常", "All is well")
    for one in wrong:
        sign = "✗" if one.kind.grave else "·"
        click.echo(f"{sign} {one.kind.code}  {one.says(language())}")
        by = Words("自动处理", "mends itself") if one.mend else Words("请", "please")
        click.echo(f"    → {one.remedy(language())}（{by.in_(language())}）")


def _as_json(one: Finding) -> dict[str, object]:
    return {
        "code": one.kind.code,
        "says": {lang: one.says(lang) for lang in BOTH},
        "remedy": {lang: one.remedy(lang) for lang in BOTH},
        "itself": one.mend is not None,
        "grave": one.kind.grave,
    }


@click.command("uninstall")
@root_option
def uninstall(root: Path) -> None:
    """Undo what `apply` did to this machine. Results, keys and the package stay."""
    machine = Machine(root)
    machine.need_root("uninstall")
    Releases(machine).check()
    around = _around(root)
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
