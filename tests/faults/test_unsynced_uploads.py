"""A server killed between a write and its sync, started anew, and then a power cut.

What the second run tells of a file must be on the disk, also where the first run wrote it.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import world
from faults.powercut import STRACE, Call, Disk, contents, nothing, read_trace
from faults.storage import program, service
from killed import EXAMSITE
from line import Line
from practical import Uploader

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")

DATA = bytes(range(251)) * 800
HALF = len(DATA) // 2

# Killed when the last part is written and not synced.
KILLED_EARLY = f"""
import os
from siteapp.uploads import files
sync = files.sync
def killed(handle):
    if os.fstat(handle).st_size == {len(DATA)}:
        os._exit(9)
    sync(handle)
files.sync = killed
"""
# Killed when the file has its lasting name, which is not synced.
KILLED_LATE = """
import os
from siteapp.uploads import files
synced = files.sync_folder
def killed(folder):
    if any(len(path.suffix) == 65 for path in folder.iterdir()):
        os._exit(9)
    synced(folder)
files.sync_folder = killed
"""
# As it was: neither the start nor the end of a file syncs what an earlier run wrote.
TRUSTING = """
from siteapp.uploads import files
files.Files._settle = lambda self, part: part.stat().st_size if part.exists() else 0
files.sync = lambda handle: None
files.sync_folder = lambda folder: None
"""


class Twice:
    """Two traced runs over one folder, and what its disk holds for certain after a cut."""

    def __init__(self, folder: Path, package: world.Package) -> None:
        self.folder, self.before = folder, contents(folder)
        self.candidate = package.plan.candidates[0]
        self.trace = folder.parent / "trace"

    @contextmanager
    def run(self, number: int, code: list[str]) -> Iterator[Uploader]:
        """A traced service, and at it the same page, signed in."""
        trace = [*STRACE[2:], "-o", f"{self.trace}.{number}"]
        with service(self.folder, code, trace) as site:
            line = Line(site.address)
            with line.http:
                page = Uploader(line, self.candidate)
                page.begin()
                yield page

    def calls(self) -> list[Call]:
        """Of both runs, one after the other."""
        lines: list[str] = []
        for number in (1, 2):
            lines += Path(f"{self.trace}.{number}").read_text(errors="replace").splitlines()
        return read_trace(lines)

    def left(self, calls: list[Call], cut: int) -> dict[str, bytes]:
        """Only what must be there after a cut before that line."""
        disk = Disk(self.folder, self.before)
        disk.replay(calls, cut)
        return disk.after_cut(nothing, lambda: False)


def told(calls: list[Call], what: str) -> list[tuple[int, str]]:
    """(line, found) of every answer that says this, when its sending began."""
    sent = ((c.began, c.texts[0].decode("utf-8", "replace")) for c in calls if c.name == "sendto")
    return [(line, found[1]) for line, text in sent if (found := re.search(what, text))]


def lost(twice: Twice, upload: str) -> list[str]:
    """What the answers said and the disk would not have."""
    calls, found = twice.calls(), []
    for line, offset in told(calls, r"Upload-Offset: (\d+)"):
        state = twice.left(calls, line + 1)
        here = [text for name, text in state.items() if name.startswith(f"files/{upload}.")]
        if DATA[: int(offset)] not in [text[: int(offset)] for text in (*here, b"")]:
            found.append(f"offset {offset}")
    ends = told(calls, r'"saved": ?(\d+)')
    assert len(ends) == 1
    names = {n: t for n, t in twice.left(calls, ends[0][0] + 1).items() if upload in n}
    if not any(len(name) > 96 and text == DATA for name, text in names.items()):
        found.append("the file")
    return found


def killed_and_finished(twice: Twice, patch: str, second: list[str]) -> str:
    """Upload until the first run ends by itself, look and finish at the second; the upload."""
    with twice.run(1, program(patch)) as page:
        upload: str = page.announce(DATA)[1]["upload"]
        assert page.part(upload, 0, DATA[:HALF])[0] == 200
        with suppress(httpx.HTTPError):
            page.part(upload, HALF, DATA[HALF:])
            page.finish(upload)
    with twice.run(2, second) as page:
        page.call("GET", f"uploads/{upload}")
        assert page.finish(upload)[0] == 200
    return upload


@pytest.mark.parametrize("patch", [KILLED_EARLY, KILLED_LATE], ids=["early", "late"])
def test_what_a_killed_run_did_not_sync_is_on_the_disk_before_the_next_tells_it(
    practical_folder: Path, practical_package: world.Package, patch: str
) -> None:
    twice = Twice(practical_folder, practical_package)
    upload = killed_and_finished(twice, patch, EXAMSITE)
    assert lost(twice, upload) == []


@pytest.mark.parametrize(
    ("patch", "noticed"),
    [(KILLED_EARLY, [f"offset {len(DATA)}", "the file"]), (KILLED_LATE, ["the file"])],
    ids=["early", "late"],
)
def test_a_run_that_trusts_what_it_finds_would_be_noticed(
    practical_folder: Path, practical_package: world.Package, patch: str, noticed: list[str]
) -> None:
    twice = Twice(practical_folder, practical_package)
    upload = killed_and_finished(twice, patch, program(TRUSTING))
    assert lost(twice, upload) == noticed
