"""Power cuts under load: whatever the disk then holds opens, and has all that was acknowledged."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import world
from faults.powercut import STRACE, Call, Disk, contents, everything, nothing, put_back, read_trace
from faults.powercut import some as some_survive
from faults.storage import SHORT_LOG, program
from killed import EARLY
from line import Line
from room import Page, journal
from together import in_memory_as_on_disk, wait_until

from siteapp.identity import load_identity
from siteapp.site import Site
from siteapp.store import records
from siteapp.store.live import token_hash
from sync.errors import ExamError
from sync.spool import digest_of

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")

# The commit returns before the disk has it: what the tests below must be able to notice.
NORMAL = """
from siteapp import cli
from siteapp.store import live

opened = live.open_database
def normal(*args):
    database = opened(*args)
    database.conn.execute("PRAGMA synchronous=NORMAL")
    return database

live.open_database = normal
cli.main()
"""

# Files that are named and recorded before the disk has them.
UNSYNCED = """
from sync import spool
from sync.wire import files
from siteapp import cli

spool.sync = files.sync = lambda handle: None
cli.main()
"""


@dataclass
class Run:
    """What was on the disk before, what was asked of it, and when what was acknowledged."""

    folder: Path
    before: dict[str, bytes]
    calls: list[Call]
    answers: list[tuple[int, str, int]]
    tokens: list[tuple[int, bytes]]

    @property
    def end(self) -> int:
        """The last line."""
        return max(c.began for c in self.calls) + 1


def record(
    folder: Path, package: world.Package, second: Path, program: list[str], saves: int
) -> Run:
    """Import a second package, then serve candidates who save; all of it traced, then killed."""
    (folder / "settings.toml").write_text("batch_seconds = 1\n")
    before, trace = contents(folder), folder.parent / "trace"
    examsite = [sys.executable, *program, "--data", str(folder), "--lang", "en"]
    script = '"$@" package import "$PACKAGE" >&2 && exec "$@" serve --port 0'
    command = [*STRACE, "-o", str(trace), "sh", "-c", script, "sh", *examsite]
    env = os.environ | {"PACKAGE": str(second)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=env, start_new_session=True
    ) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().partition(": ")[2].strip()
            everybody_saves(address, package, saves)
            wait_until(lambda: any((folder / "spool/outgoing").glob("*.batch")))
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    with trace.open(errors="replace") as lines:
        calls = read_trace(lines)
    return Run(folder, before, calls, *acknowledged(calls))


def everybody_saves(address: str, package: world.Package, saves: int) -> None:
    """Every candidate signs in and saves so many answers, all at the same time."""

    def write(page: Page) -> None:
        page.begin()
        for number in range(saves):
            assert page.save(number % len(page.items))[0] == 200
        page.client.http.close()

    pages = [Page(Line(address), c, f"c{c.seat}") for c in package.plan.candidates]
    threads = [threading.Thread(target=write, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def acknowledged(calls: list[Call]) -> tuple[list[tuple[int, str, int]], list[tuple[int, bytes]]]:
    """(line, instance, sequence) and (line, token's hash) of every 200 when its sending began."""
    speaks: dict[str, str] = {}
    answers, tokens = [], []
    for call in (c for c in calls if c.name in ("sendto", "recvfrom") and c.texts):
        socket, text = call.files[0][1], call.texts[0].decode("utf-8", "replace")
        if found := re.search(r'"instance": ?"(\w+)"', text):
            speaks[socket] = found[1]
        if call.name != "sendto":
            continue
        if found := re.search(r'\{"saved":\[([\d,]+)\]', text):
            answers += [(call.began, speaks[socket], int(n)) for n in found[1].split(",")]
        if found := re.search(r'"token": ?"([^"]+)"', text):
            tokens.append((call.began, token_hash(found[1])))
    return answers, tokens


# Of all that was not synced nothing is there after the cut: the first `how` below.
NOTHING = 0


def wrong_after(run: Run, cut: int, random: Random, how: int, folder: Path) -> list[str]:
    """What does not hold in one state after a cut before line `cut`; empty if all does."""
    disk = Disk(run.folder, run.before)
    disk.replay(run.calls, cut)
    survives = (nothing, some_survive(random), everything)[how]
    state = disk.after_cut(survives, lambda: (False, random.random() < 0.5, True)[how])
    put_back(state, run.folder, folder)
    try:
        site = Site(folder)
    except Exception as error:
        return [f"cut {cut}: does not open: {error!r}"]
    try:
        return [f"cut {cut}: {problem}" for problem in problems(site, run, cut)]
    finally:
        site.close()
        shutil.rmtree(folder)


def problems(site: Site, run: Run, cut: int) -> list[str]:
    """Against what was acknowledged before the cut."""
    found = []
    if site.live.rows("PRAGMA integrity_check")[0]["integrity_check"] != "ok":
        found.append("integrity")
    if not in_memory_as_on_disk(site):
        found.append("the journal has a gap")
    kept = {(e["instance"], e["sequence"]) for e in journal(site, "response")}
    found += [f"lost {a}" for line, *a in run.answers if line < cut and tuple(a) not in kept]
    found += ["lost a token" for n, t in run.tokens if n < cut and t not in site.live.tokens]
    for session in site.live.sessions:
        try:
            site.shelf.package(session)
        except (ExamError, OSError) as error:
            found.append(f"package store: {error!r}")
    recorded = records.batch_digests(site.live)
    spooled = {entry.digest for entry in site.spool.outgoing()}
    published = {
        d for c in run.calls if c.began < cut and c.name.startswith("rename") for d in outgoing(c)
    }
    found += ["a delivered batch is not recorded"] * (not published <= recorded)
    found += ["spool: a recorded batch is not there"] * (recorded != spooled)
    for entry in site.spool.outgoing():
        if entry.digest != digest_of(entry.path):
            found.append("spool: a batch is damaged")
    return found


def outgoing(call: Call) -> list[str]:
    """The digest of a batch that a rename shows to the courier."""
    return re.findall(r"outgoing/([0-9a-f]{64})\.batch", call.texts[1].decode())


def all_wrong(run: Run, states: int, folder: Path) -> list[str]:
    """What is wrong over so many cuts: half of them just after an acknowledgement."""
    random, found = Random(1121), []
    for number in range(states):
        cut = random.choice(run.answers)[0] + 1 if number % 2 else random.randrange(run.end)
        found += wrong_after(run, cut, random, number // 2 % 3, folder / "crashed")
    return found


def nothing_unsynced(run: Run, cuts: list[int], folder: Path) -> list[str]:
    """What is wrong after these cuts if only that is there which must be: no matter of chance."""
    return [
        problem
        for cut in cuts
        for problem in wrong_after(run, cut, Random(1121), NOTHING, folder / "crashed")
    ]


def handed_over(run: Run) -> list[int]:
    """The lines just after a batch was shown to the courier."""
    return [c.ended + 1 for c in run.calls if c.name.startswith("rename") and outgoing(c)]


@pytest.fixture
def second(hq: world.Headquarters, open_folder: Path, tmp_path: Path) -> Path:
    """Another session's package for the same site, imported under the trace."""
    certificate = load_identity(open_folder).certificate
    return world.make_package(hq, certificate, tmp_path, session="pm-1121").path


@pytest.mark.parametrize(
    ("saves", "states"), [(8, 24), pytest.param(60, 240, marks=pytest.mark.long)]
)
def test_every_state_after_a_power_cut_has_what_was_acknowledged(
    open_folder: Path,
    open_package: world.Package,
    second: Path,
    tmp_path: Path,
    saves: int,
    states: int,
) -> None:
    run = record(open_folder, open_package, second, program(SHORT_LOG), saves)
    assert len(run.answers) == saves * 5
    assert len(run.tokens) == 5
    assert any(c.name == "pwrite64" and c.files[0][1].endswith("site.db") for c in run.calls)
    assert handed_over(run)
    assert nothing_unsynced(run, handed_over(run)[:3], tmp_path) == []
    assert all_wrong(run, states, tmp_path) == []


@pytest.mark.long
@pytest.mark.parametrize("program", [NORMAL, EARLY], ids=["synchronous=NORMAL", "early"])
def test_an_answer_that_was_not_on_the_disk_would_be_noticed(
    open_folder: Path, open_package: world.Package, second: Path, tmp_path: Path, program: str
) -> None:
    run = record(open_folder, open_package, second, ["-c", program], 4)
    found = nothing_unsynced(run, [line + 1 for line, *_ in run.answers[::4]], tmp_path)
    assert any("lost ['c" in problem for problem in found)


def test_a_package_or_batch_that_was_not_on_the_disk_would_be_noticed(
    open_folder: Path, open_package: world.Package, second: Path, tmp_path: Path
) -> None:
    run = record(open_folder, open_package, second, ["-c", UNSYNCED], 4)
    found = nothing_unsynced(run, [run.answers[0][0], *handed_over(run)], tmp_path)
    assert any("package" in problem or "does not open" in problem for problem in found)
    assert any("spool" in problem for problem in found)
