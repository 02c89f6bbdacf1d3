"""Two servers on two cables: the one is cut off alive, the other takes over, the cable is back."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import world
from cables import NET, Cables, possible
from line import get
from room import Page, journal
from together import wait_until
from two_servers import HASTY, SLOW, Pair, Process, load, pages_of

from siteapp.site import Site

pytestmark = pytest.mark.skipif(not possible(), reason="network namespaces need root and iproute2")
PORT = 8000


@dataclass
class Wired(Pair):
    """Two servers at two ends of the room."""

    cables: Cables = field(default_factory=Cables)

    def __post_init__(self) -> None:
        self.ports = PORT, PORT
        self.hosts = f"{NET}2", f"{NET}3"
        self.a, self.b = (f"http://{host}:{PORT}" for host in self.hosts)

    def start(self, arguments: list[str]) -> Process:
        """At the end where the folder's server stands."""
        end = "a" if str(self.primary_folder) in arguments else "b"
        return Process([*self.cables.inside(end), *arguments])


@pytest.fixture
def cables() -> Iterator[Cables]:
    made = Cables()
    try:
        made.lay()
        with made.at_the_switch():
            yield made
    finally:
        made.clear()


def up(pair: Wired) -> Wired:
    pair.staff()
    pair.serve()
    pair.pair()
    pair.follow()
    pair.both()
    return pair


def cut_off(
    pair: Wired, cables: Cables, package: world.Package
) -> tuple[list[Page], list[tuple[str, str, int]]]:
    """The primary's cable is pulled under load and the spare promoted; what was acknowledged."""
    acknowledged: list[tuple[str, str, int]] = []
    pages = pages_of(pair, package)
    for line in pair.lines:
        line.http.timeout = httpx.Timeout(3)
    threads = load(pages, acknowledged)
    wait_until(lambda: len(acknowledged) >= 40)
    cables.pull("a")
    for thread in threads:
        thread.join()
    status, said = pair.promote()
    assert status == 0, said
    pair.running[-1].said("The site is up")
    return pages, acknowledged


def lost(folder: Path, acknowledged: list[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
    site = Site(folder)
    kept = {(e["attempt"], e["instance"], e["sequence"]) for e in journal(site, "response")}
    site.close()
    return set(acknowledged) - kept


def test_a_primary_that_is_cut_off_alive_is_fenced_when_its_cable_is_back(
    open_folder: Path, open_package: world.Package, tmp_path: Path, cables: Cables
) -> None:
    program = ["-c", SLOW.format(more="")]
    with closing(up(Wired(open_folder, tmp_path / "spare", program, cables=cables))) as pair:
        pages, acknowledged = cut_off(pair, cables, open_package)
        for page in pages:
            page.client.base = pair.b
            page.sequence += 1000
            assert page.save(0)[0] == 200
        cables.plug("a")
        # It has run all the time. Nobody tells it; it asks its spare.
        wait_until(lambda: get(f"{pair.a}/health").status_code == 503)
        pair.running[-1].end()
    assert lost(tmp_path / "spare", acknowledged) == set()


@pytest.mark.long
def test_answers_of_one_disk_only_would_be_lost_with_the_cable_and_noticed(
    open_folder: Path, open_package: world.Package, tmp_path: Path, cables: Cables
) -> None:
    program = ["-c", SLOW.format(more=HASTY)]
    with closing(up(Wired(open_folder, tmp_path / "spare", program, cables=cables))) as pair:
        _, acknowledged = cut_off(pair, cables, open_package)
        pair.running[-1].end()
    assert lost(tmp_path / "spare", acknowledged) != set()


def test_a_spare_whose_cable_is_out_holds_up_once_and_joins_again(
    open_folder: Path, open_package: world.Package, tmp_path: Path, cables: Cables
) -> None:
    (open_folder / "settings.toml").write_text("standby_wait_ms = 500")
    with closing(up(Wired(open_folder, tmp_path / "spare", cables=cables))) as pair:
        page = pages_of(pair, open_package)[0]
        cables.pull("b")
        assert [page.save(n)[0] for n in range(4)] == [200] * 4
        with closing(pair.chief(pair.a)) as wall:
            assert pair.servers(wall)["state"] == "alone"
            cables.plug("b")
            wait_until(lambda: pair.servers(wall)["state"] == "both")
        assert page.save(5)[0] == 200
        pair.running[0].kill()
        pair.running[-1].end()
    site = Site(open_folder)
    sequences = [e["sequence"] for e in journal(site, "response")]
    site.close()
    assert sequences == [1, 2, 3, 4, 5]
