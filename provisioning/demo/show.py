"""The order of the demonstration, its progress on the screen, and its last line of JSON."""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from provisioning.demo import officer
from provisioning.demo.account import Account, compare
from provisioning.demo.candidate import Manner, SimulatedCandidate
from provisioning.demo.stage import Stage
from provisioning.demo.told import Told, tell
from provisioning.demo.wings import SPARE_SEATS, Chief, Passwords, prepare, unlock
from provisioning.errors import DemoStopped
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.planning.rosters import read_roster
from sync.spool import Spool

SESSION, VISITORS = "demo-am", "demo-visitors"
SIGNERS = ("release-1", "release-2")
BANKS = {"live": "530051-junior", "media": "560003-junior"}
SHOWN = {"live": "直播电商 初级", "media": "新媒体技术 初级"}
# Among 40: two change machines, the others are as a room is.
MANNERS: tuple[Manner, ...] = ("steady", "repeats", "reorders", "drops")
MOVERS = (7, 33)
PATIENCE_S = 60.0


@dataclass
class Run:
    """What one run did, for the table and the JSON line."""

    candidates: int = 0
    receipts_of_candidates: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    people: list[SimulatedCandidate] = field(default_factory=list)
    account: Account | None = None
    batches: int = 0
    receipts: int = 0
    results: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The last line; `receipts` are batches of which a second copy is certified."""
        assert self.account  # noqa: S101  (a run that got here has compared)
        return {
            "candidates": self.candidates,
            **asdict(self.account),
            "repeats_sent": sum(p.repeats for p in self.people),
            "moves": sum(p.fenced for p in self.people),
            "batches": self.batches,
            "receipts": self.receipts,
            "results": self.results,
            "seconds": round(self.seconds, 1),
        }

    @property
    def good(self) -> bool:
        """Everything promised is there, once, and marked as it must be."""
        account = self.account
        return account is not None and not (
            account.lost or account.duplicated or account.marks_wrong or account.receipts_wrong
        )


def demonstrate(folder: Path, once: bool, as_json: bool) -> bool:
    """Play it; without `once` leave both services running until Ctrl-C. True if all is well."""
    screen = Console(stderr=as_json, highlight=False)
    stage = Stage(folder)
    run = Run()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        passwords = _before(stage, screen)
        _sitting(stage, screen, run, passwords)
        _after(stage, screen, run)
        run.seconds = time.monotonic() - began
        _table(screen, run)
        if not once:
            _leave_running(stage, screen, run, passwords)
    finally:
        stage.stop_all()
    if as_json:
        click.echo(json.dumps(run.as_json()))
    return run.good


@contextmanager
def _step(screen: Console, zh: str, en: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    screen.print(f"  ✓ {zh}  [dim]{en}  {time.monotonic() - began:.1f} s[/dim]")


def _before(stage: Stage, screen: Console) -> Passwords:
    """Up to the morning: enrol, publish, fetch, and unlock with headquarters stopped."""
    screen.print("[bold]考前 · before the day[/bold]")
    with _step(screen, "总部初始化，考点登记", "headquarters set up, site enrolled"):
        passwords = prepare(stage)
    with _step(screen, "导入日程，审核考点申报，登记指标", "calendar, approval, quota"):
        officer.enter(stage, "demo")
    with _step(screen, "组卷、导入名单、封装试卷包", "papers drawn, rosters in, packages sealed"):
        _publish(stage)
    with _step(screen, "考点经网络取回试卷包并逐字节核验", "packages fetched and verified"):
        stage.start_headquarters()
        stage.site("courier", "--once")
        stage.stop("headquarters")
        for package in sorted((stage.site_folder / "spool" / "incoming").glob("*.package")):
            stage.site("package", "import", str(package))
    with _step(
        screen, "总部已停机；凭两组解锁码解锁", "headquarters is down; unlocked by two codes"
    ):
        for session in (SESSION, VISITORS):
            unlock(stage, session, SIGNERS)
    return passwords


def _publish(stage: Stage) -> None:
    for signer in SIGNERS:
        stage.hq("keys", "take", signer, str(stage.folder / f"{signer}.key"))
        said = stage.hq("users", "add", signer, "--role", "release-officer")
        (stage.folder / f"{signer}.password").write_text(said.split()[-1])
    stage.hq("samples", str(stage.folder / "rosters"))
    for session, name, english, kind in (
        (SESSION, "演示场", "Demonstration", "examination"),
        (VISITORS, "试考场（供参观者）", "Rehearsal for visitors", "rehearsal"),
    ):
        when = ("--starts-at", "2026-12-05T08:30+08:00", "--room", "第一机房", "--kind", kind)
        names = ("--site", "demo", "--name", name, "--name-en", english)
        stage.hq("session", "create", session, *names, *when)
        for sitting, code in BANKS.items():
            what = ("--specification", code, "--earliest-hand-in", "0")
            stage.hq("sitting", "add", session, sitting, *what)
            where = ("--session", session, "--sitting", sitting)
            stage.hq("roster", "import", str(_roster(stage, code)), *where)
        for signer in SIGNERS:
            own = stage.folder / signer
            proof = ("--account", signer, "--password-file", f"{own}.password")
            stage.hq("publish", session, "--key", f"{own}.key", *proof)


def _sitting(stage: Stage, screen: Console, run: Run, passwords: Passwords) -> None:
    """The sitting itself, with no line to headquarters."""
    screen.print("[bold]考试 · the sitting[/bold]")
    with _step(screen, "考点服务启动，主监考登录", "site up, chief invigilator signed in"):
        stage.start_site()
        chief = Chief(stage.site_address, passwords, SESSION)
        for sitting in BANKS:
            chief.open(sitting)
    run.told = tell(
        {sitting: read_roster(_roster(stage, code)) for sitting, code in BANKS.items()},
        {sitting: builtin_bank(code) for sitting, code in BANKS.items()},
    )
    run.candidates = len(run.told)
    _sit_all(stage, screen, run, chief)
    with _step(screen, "收卷，结束两个科目", "both sittings closed"):
        for sitting in BANKS:
            chief.act("close", sitting=sitting)


def _sit_all(stage: Stage, screen: Console, run: Run, chief: Chief) -> None:
    columns = (TextColumn("  作答 saves"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        bar = progress.add_task("saves", total=sum(_saves_told(told) for told in run.told))
        run.people = [
            _person(stage, number, told, chief, lambda: progress.advance(bar))
            for number, told in enumerate(run.told)
        ]
        began = time.monotonic()
        with ThreadPoolExecutor(len(run.people)) as room:
            waiting = [(p.told.admission, room.submit(p.sit)) for p in run.people]
            run.receipts_of_candidates = {who: future.result() for who, future in waiting}
    saves = sum(len(p.ledger) for p in run.people)
    screen.print(
        f"  ✓ {len(run.people)} 名考生交卷，{saves} 次作答已确认落盘"
        f"  [dim]{len(run.people)} candidates handed in, {saves} saves acknowledged on disk"
        f"  {time.monotonic() - began:.1f} s[/dim]"
    )


def _saves_told(told: Told) -> int:
    # A form of these certificates has 65 items; a few are left out on purpose.
    return 65 if told.items else 0


def _person(
    stage: Stage, number: int, told: Told, chief: Chief, saved: Callable[[], None]
) -> SimulatedCandidate:
    manner: Manner = "moves" if number in MOVERS else MANNERS[number % len(MANNERS)]
    lock = threading.Lock()

    def move(admission: str) -> int:
        with lock:
            seat = SPARE_SEATS[MOVERS.index(number)]
            chief.act("move", admission=admission, seat=seat, reason="机器故障（演示）")
            return seat

    return SimulatedCandidate(stage.site_address, told, manner, move, saved)


def _after(stage: Stage, screen: Console, run: Run) -> None:
    """The line is back: deliver, score, compare."""
    screen.print("[bold]考后 · afterwards[/bold]")
    with _step(
        screen, "总部恢复，成绩数据包送达并取得回执", "delivered, receipts for second copies"
    ):
        stage.start_headquarters()
        stage.start_courier()
        _wait_for(lambda: _delivered(stage, run), "delivery")
    with _step(screen, "总部解密、核对日志、评分", "decrypted, journal verified, scored"):
        stage.hq("score", SESSION)
        rows = stage.hq_json("results", "show", SESSION)
        results = {row["admission"]: row for row in rows}
        stage.hq("results", "show", SESSION, "--out", str(stage.folder / "results.xlsx"))
    run.results = sum(1 for row in rows if row["theory"] is not None)
    events = [json.loads(line) for line in stage.hq("journal", SESSION, "--json").splitlines()]
    run.account = compare(
        (save for person in run.people for save in person.ledger),
        events,
        {told.admission: told.marks() for told in run.told},
        run.receipts_of_candidates,
        results,
    )


def _delivered(stage: Stage, run: Run) -> bool:
    """True when every batch in the spool is archived and headquarters' journal is whole."""
    spool = Spool(stage.site_folder / "spool")
    archived = {entry.digest for entry in spool.settled()}
    if len(archived) < max(1, len(spool.outgoing())):
        return False
    digests = {row["digest"] for row in stage.hq_json("batches", SESSION)}
    run.batches, run.receipts = len(digests), len(digests & archived)
    return not stage.hq_json("reconcile", SESSION)["lacking"]


def _wait_for(done: Callable[[], bool], step: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > until:
            raise DemoStopped(step=step, reason=f"not done in {PATIENCE_S:.0f} s")
        time.sleep(0.2)


def _table(screen: Console, run: Run) -> None:
    table = Table(title="演示结果 · result", title_justify="left", show_header=True)
    for column in ("科目 sitting", "考生", "及格 ≥60", "均分 mean", "分数与预期一致"):
        table.add_column(column, justify="right" if column != "科目 sitting" else "left")
    for sitting in BANKS:
        marks = [told.marks() for told in run.told if told.sitting == sitting]
        passed = sum(mark >= 60 for mark in marks)
        wrong = run.account.marks_wrong if run.account else len(marks)
        agree = "✓" if wrong == 0 else f"✗ {wrong}"
        mean = f"{sum(marks) / len(marks):.1f}"
        table.add_row(SHOWN[sitting], str(len(marks)), str(passed), mean, agree)
    screen.print(table)
    for name, value in run.as_json().items():
        screen.print(f"  {name:26}{value:>10}")


def _leave_running(stage: Stage, screen: Console, run: Run, passwords: Passwords) -> None:
    chief = Chief(stage.site_address, passwords, VISITORS)
    for sitting in BANKS:
        chief.open(sitting)
    visitor = run.told[0]
    site, hq = stage.site_address, stage.hq_address
    who = f"准考证号 {visitor.admission}，身份证号后六位 {visitor.secret}，座位 {visitor.seat}"
    screen.print("[bold]现在您可以自己试 · now try it yourself[/bold]")
    for name, address, account in (
        ("考生 candidate", f"{site}/?seat={visitor.seat}", who),
        ("监考 chief invigilator", f"{site}/staff", f"chief  {passwords.chief}"),
        ("监考 invigilator", f"{site}/staff", f"invigilator  {passwords.invigilator}"),
        ("管理员 administrator", f"{site}/staff", f"admin  {passwords.admin}"),
        ("总部 headquarters", hq, f"officer  {passwords.officer}"),
        ("成绩表 results", str(stage.folder / "results.xlsx"), ""),
    ):
        screen.print(f"  {name}\n    {address}\n    {account}".rstrip(), soft_wrap=True)
    screen.print("按 Ctrl-C 结束 · Ctrl-C ends all")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        screen.print("正在结束 · ending")


def _roster(stage: Stage, code: str) -> Path:
    return stage.folder / "rosters" / f"roster-{code}.xlsx"
