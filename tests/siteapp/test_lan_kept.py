"""The list of machines outlives the service; what is damaged or old is no machine."""

import threading
from pathlib import Path

import msgspec
import pytest

from siteapp.lan.announce import About, Announcer
from siteapp.lan.kept import Kept, keep, kept
from siteapp.lan.service import SWEEP_MS, Lan
from siteapp.lan.sightings import Sighting
from siteapp.lan.table import FORGET_MS
from siteapp.serve import Server
from siteapp.site import Site

NOW = 1_800_000_000_000
ABOUT = About("beijing-01", "北京", "1", "ab" * 32, "exam.local", "http", 8500)


def made(path: Path, now: int = NOW) -> Lan:
    """A service's list with the clock at that moment; nothing of it is on a network."""
    return Lan(ABOUT, bytes(32), lambda: False, lambda: now, path)


def test_the_list_and_who_holds_a_seat_survive_a_restart(tmp_path: Path) -> None:
    path, seen = tmp_path / "lan.json", Sighting("neighbour", "10.0.0.9", NOW, NOW, mac="02:00")
    first = made(path)
    first.seen("m1", 7, "10.0.0.9", "Chrome")
    keep(path, [*first.table.sightings(), seen], NOW)
    again = made(path, NOW + 60_000)
    again.seen("m2", 7, "10.0.0.10", "Chrome")
    view = again.view()
    assert view.swept_at == NOW
    assert [(m.seat, m.claims, m.address) for m in view.machines] == [
        (7, 0, "10.0.0.9"),
        (0, 7, "10.0.0.10"),
    ]
    # The control: without the file the newcomer holds the seat.
    path.unlink()
    alone = made(path, NOW + 60_000)
    alone.seen("m2", 7, "10.0.0.10", "Chrome")
    assert [m.seat for m in alone.view().machines] == [7]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"\xff", b"[1]", b'{"version":9,"looked_at":0,"sightings":[]}']
)
def test_a_damaged_list_begins_anew_and_stops_nothing(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "lan.json"
    path.write_bytes(damage)
    assert kept(path, NOW) == Kept(1, 0, [])
    assert made(path).view().machines == []


def test_what_is_old_is_forgotten_and_nothing_is_of_the_future(tmp_path: Path) -> None:
    path = tmp_path / "lan.json"
    at = (NOW - FORGET_MS - 1, NOW - FORGET_MS, NOW + 10**9)
    keep(path, [Sighting("agent", f"10.0.0.{n}", t, t) for n, t in enumerate(at)], NOW + 10**9)
    found = kept(path, NOW)
    assert [one.at for one in found.sightings] == [NOW - FORGET_MS, NOW]
    assert found.looked_at == 0


@pytest.mark.parametrize(("set_by", "due"), [(0, False), (SWEEP_MS, True), (-3_600_000, True)])
def test_a_clock_that_was_set_back_does_not_end_the_looks(set_by: int, due: bool) -> None:
    clock = [NOW]
    lan = Lan(ABOUT, bytes(32), lambda: False, lambda: clock[0])
    clock[0] += set_by
    assert lan._due(NOW, SWEEP_MS) is due


def test_a_disk_that_takes_nothing_costs_the_file_and_not_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = made(tmp_path / "gone" / "lan.json")
    lan.seen("m1", 7, "10.0.0.9", "Chrome")
    lan._keep()
    assert [m.seat for m in lan.view().machines] == [7]
    lan = made(tmp_path / "lan.json")
    lan._keep()
    assert ((tmp_path / "lan.json").stat().st_mode & 0o777) == 0o600


def test_the_port_that_a_service_announces_is_a_number(site: Site) -> None:
    server = Server(site, "127.0.0.1", 0)
    serving = threading.Thread(target=server.run)
    serving.start()
    server.stop()
    serving.join()
    assert type(server.port) is int
    described = Announcer(msgspec.structs.replace(ABOUT, port=server.port))._described(["10.0.0.1"])
    assert described.port == server.port
