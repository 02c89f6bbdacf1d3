"""Two servers: an answer is acknowledged on both disks; one is killed, the other takes over."""

import json
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
import world
from line import get
from room import Page, journal
from together import wait_until
from two_servers import HASTY, SLOW, Pair, command, load, pages_of, paired

from siteapp.site import Site

NOT_ALLOWED = 10
Acknowledged = list[tuple[str, str, int]]


def in_journal(site: Site) -> set[tuple[str, str, int]]:
    return {(e["attempt"], e["instance"], e["sequence"]) for e in journal(site, "response")}


def kill_under_load(pair: Pair, package: world.Package) -> tuple[list[Page], Acknowledged]:
    """What was acknowledged before the primary was killed, and the pages that still hold tokens."""
    acknowledged: Acknowledged = []
    pages = pages_of(pair, package)
    threads = load(pages, acknowledged)
    wait_until(lambda: len(acknowledged) >= 40)
    pair.running[0].kill()
    for thread in threads:
        thread.join()
    return pages, acknowledged


def promoted(pair: Pair) -> None:
    status, said = pair.promote()
    assert status == 0, said
    pair.running[-1].said("The site is up")


def returned(pair: Pair) -> None:
    """The old server comes back by itself, and serves nobody."""
    pair.serve()
    for path in ("/health", "/api/server"):
        answer = get(pair.a + path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "server-fenced")


def fork_of(folder: Path) -> list[dict[str, object]]:
    arguments = command(folder, "standby", "fork", "--json")
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_nothing_acknowledged_is_lost_when_the_spare_takes_over(
    open_folder: Path, open_package: world.Package, tmp_path: Path
) -> None:
    program = ["-c", SLOW.format(more="")]
    with paired(open_folder, tmp_path / "spare", program) as pair:
        pages, acknowledged = kill_under_load(pair, open_package)
        promoted(pair)
        for page in pages:
            # The same token, at the other address: nobody signs in again.
            page.client.base = pair.b
            page.sequence += 1000
            assert page.save(0)[0] == 200
        assert get(f"{pair.b}/api/server").json()["server_term"] == 2
        returned(pair)
        for process in pair.running[-2:]:
            process.end()
    site = Site(tmp_path / "spare")
    assert set(acknowledged) - in_journal(site) == set()
    assert [e["by"] for e in journal(site, "promote")] == ["chief"]
    # Saves that were on the old disk only, and that nobody was told were kept.
    fork = {(str(e["attempt"]), e["seq"]) for e in fork_of(open_folder)}
    assert fork
    assert {e.seq for e in site.live.events("am-1121") if e.kind == "promote"} <= {
        seq for _, seq in fork
    }
    site.close()


@pytest.mark.long
def test_an_answer_that_waits_for_one_disk_only_would_be_lost_and_noticed(
    open_folder: Path, open_package: world.Package, tmp_path: Path
) -> None:
    program = ["-c", SLOW.format(more=HASTY)]
    with paired(open_folder, tmp_path / "spare", program) as pair:
        _, acknowledged = kill_under_load(pair, open_package)
        promoted(pair)
        pair.running[-1].end()
    site = Site(tmp_path / "spare")
    assert set(acknowledged) - in_journal(site) != set()
    site.close()


@pytest.mark.long
def test_alone_it_goes_on_and_what_it_then_keeps_alone_is_shown_as_a_fork(
    open_folder: Path, open_package: world.Package, tmp_path: Path
) -> None:
    with paired(open_folder, tmp_path / "spare") as pair:
        page = pages_of(pair, open_package)[0]
        assert page.save(0)[0] == 200
        pair.running[-1].kill()
        alone = [page.save(n)[1]["saved"] for n in range(1, 4)]
        assert alone == [[2], [3], [4]]
        with closing(pair.chief(pair.a)) as wall:
            assert pair.servers(wall)["state"] == "alone"
        pair.running[0].kill()
        pair.follow()
        assert pair.promote(second="chief")[0] == NOT_ALLOWED
        assert pair.promote(chief="second", second="chief")[0] == NOT_ALLOWED
        assert pair.promote(second="nobody")[0] == NOT_ALLOWED
        promoted(pair)
        pair.serve()
        wait_until(lambda: page.save(5)[0] == 503)
        assert page.save(5)[1]["error"]["code"] == "server-fenced"
        pair.running[-1].end()
        fork = fork_of(open_folder)
        assert [e["item"] != "" for e in fork if e["kind"] == "response"] == [True] * 3
        # A machine that took long to come back notes that it was away, and nothing else.
        assert {e["kind"] for e in fork} <= {"response", "incident"}
