"""Newer software over the line: in parts, after all deliveries, never in a sitting's hours."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from delivery_world import SITE, Clocks, Headquarters, HttpLine

from sync.courier import Courier
from sync.spool import Spool
from sync.updates import Updates
from sync.updating import KIB, LOOK_S, PART_S, Updating
from sync.windows import AHEAD_MS, Windows, around, read_windows, tell_windows
from sync.wire import dsse
from sync.wire.keys import SigningKey
from sync.wire.update import Update, write_update

DAY = 86_400_000
# Four parts of ten seconds.
RATE = 4
PART = int(RATE * KIB * PART_S)
DEB = b"!<arch>\n" + b"software" * (4 * PART // 8 - 20)
SECOND_HALF = PART * 2


@dataclass
class Site:
    """A courier that fetches updates at one end of a real line."""

    line: HttpLine
    folder: Path
    installed: str = "1.2.0"
    officers: tuple[SigningKey, SigningKey] = field(
        default_factory=lambda: (SigningKey.generate(), SigningKey.generate())
    )
    clocks: Clocks = field(default_factory=Clocks)

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        updating = Updating(
            self.line.transport,
            lambda register: self.updates,
            lambda: read_windows(self.spool.folder).cover(self.clocks.wall),
            RATE,
            ticks=lambda: self.clocks.ticks,
            random=lambda: 0.5,
            pause=lambda stop, seconds: self.clocks.pass_(seconds),
        )
        self.courier = Courier(
            self.spool,
            self.line.transport,
            self.line.hq.receipt_key.public,
            SITE,
            updating=updating,
            now=lambda: self.clocks.wall,
            ticks=lambda: self.clocks.ticks,
            random=lambda: 0.5,
        )

    @property
    def updates(self) -> Updates:
        release = [key.public for key in self.officers]
        return Updates(self.folder, release, None, self.installed, self.clocks.wall)

    def said(self, **other: Any) -> Update:
        digest, at = hashlib.sha256(DEB).hexdigest(), self.clocks.wall - DAY
        made = Update(3, "1.3.0", digest, len(DEB), "修复", at, at + 30 * DAY)
        return msgspec.structs.replace(made, **other)

    def publish(self, deb: bytes = DEB, **other: Any) -> Update:
        """What headquarters serves from now on."""
        update, file = self.said(**other), self.line.hq.folder / "new.deb"
        file.write_bytes(deb)
        first, second = self.officers
        self.line.hq.update = dsse.countersign(write_update(update, first), second), file
        return update

    def rounds(self, count: int = 1, apart: float = LOOK_S * 2) -> list[str]:
        """As many rounds; the codes of the errors."""
        codes = []
        for _ in range(count):
            codes += [error.code for error in self.courier.step().errors]
            self.clocks.pass_(apart)
        return codes

    @property
    def asked(self) -> list[str]:
        """The parts that were asked for."""
        return [part for path, part in self.line.hq.gets if "/updates/" in path]

    @property
    def here(self) -> list[bytes]:
        return [path.read_bytes() for path in (self.folder / "updates").glob("*.deb")]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "hq").mkdir()
    line = HttpLine(Headquarters(tmp_path / "hq"))
    with line.transport:
        yield Site(line, tmp_path / "site")
    line.close()


def test_the_word_then_the_file_in_parts_that_have_a_bound(site: Site) -> None:
    update = site.publish()
    assert site.rounds(4) == []
    assert site.here == [DEB]
    assert site.updates.verify(site.updates.file_of(update)) == update
    assert site.asked[:2] == [f"bytes=0-{PART - 1}", f"bytes={PART}-{2 * PART - 1}"]
    site.rounds(apart=1)
    asked = len(site.line.hq.gets)
    site.rounds(3, apart=1)
    assert not [path for path, _ in site.line.hq.gets[asked:] if "update" in path]


def test_it_takes_no_more_of_the_line_than_it_may(site: Site) -> None:
    site.publish()
    before = site.clocks.ticks
    site.rounds(4, apart=0)
    assert site.here == [DEB]
    assert len(DEB) / (site.clocks.ticks - before) <= RATE * KIB * 1.01


def test_a_line_cut_in_the_middle_goes_on_where_it_was(site: Site) -> None:
    site.publish()
    site.line.hq.cut_downloads = 1
    assert site.rounds() == ["transfer-cut"]
    (part,) = (site.folder / "updates").glob(".*.part")
    got = part.stat().st_size
    assert 0 < got < PART
    assert site.rounds(5) == []
    assert site.asked[1] == f"bytes={got}-{got + PART - 1}"
    assert site.here == [DEB]


@pytest.mark.parametrize("where", [0, SECOND_HALF, len(DEB) - 1])
def test_a_file_altered_by_a_byte_gets_no_name_and_the_right_one_does(
    site: Site, where: int
) -> None:
    update = site.publish(DEB[:where] + b"?" + DEB[where + 1 :])
    assert "update-file-differs" in site.rounds(4)
    assert site.here == []
    assert not site.updates.part_of(update).exists()
    (site.line.hq.folder / "new.deb").write_bytes(DEB)
    assert site.rounds(8) == []
    assert site.here == [DEB]


def test_an_older_word_a_frozen_one_and_a_stranger_s_change_nothing(site: Site) -> None:
    held = site.publish()
    site.rounds(4)
    site.publish(serial=2)
    assert site.rounds() == ["update-older"]
    site.publish(serial=4, version="1.2.9", reason="退回")
    site.installed = "1.3.0"
    assert site.rounds() == ["update-older"]
    site.publish(serial=4, until=site.clocks.wall)
    assert site.rounds() == ["update-expired"]
    honest, site.officers = site.officers, (SigningKey.generate(), SigningKey.generate())
    site.publish(serial=5)
    site.officers = honest
    assert site.rounds() == ["signature-refused"]
    assert site.updates.held() == held
    newer = site.publish(serial=5, version="1.4.0")
    assert site.rounds(5) == []
    assert site.updates.held() == newer


def test_a_word_that_is_kept_frozen_beyond_its_end_is_told(site: Site) -> None:
    site.publish()
    site.rounds()
    site.clocks.wall += 40 * DAY
    assert set(site.rounds(2)) == {"update-expired"}
    assert site.here == []


def test_what_runs_already_is_not_fetched(site: Site) -> None:
    site.installed = "1.3.0"
    site.publish()
    assert site.rounds(2) == []
    assert (site.asked, site.here) == ([], [])
    site.installed = "1.2.0"
    site.rounds(4)
    assert site.here == [DEB]


def test_in_the_hours_of_a_sitting_nothing_is_asked_for(site: Site) -> None:
    site.publish()
    now = site.clocks.wall
    tell_windows(site.spool.folder, Windows(hours=around([now + AHEAD_MS - 1])))
    assert site.rounds(apart=1) == []
    tell_windows(site.spool.folder, Windows(open=True))
    assert site.rounds(apart=1) == []
    (site.spool.folder / "windows.json").write_bytes(b"{")
    assert site.rounds(apart=1) == []
    assert not [path for path, _ in site.line.hq.gets if "update" in path]
    tell_windows(site.spool.folder, Windows(hours=around([now + 10 * DAY])))
    assert site.rounds(4, apart=1) == []
    assert site.here == [DEB]


def test_a_sitting_that_opens_in_the_middle_ends_the_part(site: Site) -> None:
    site.publish()
    tell_windows(site.spool.folder, Windows(hours=around([site.clocks.wall + AHEAD_MS + 5_000])))
    site.rounds(3, apart=1)
    (part,) = (site.folder / "updates").glob(".*.part")
    assert 0 < part.stat().st_size < PART * 2
    assert len(site.asked) == 1
    site.clocks.wall += DAY
    site.rounds(5, apart=1)
    assert site.here == [DEB]


def test_what_is_to_be_delivered_goes_first(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.publish()
    caplog.set_level(logging.INFO)
    source = site.spool.folder / "finished"
    source.write_bytes(b"answers")
    digest = site.spool.put_outgoing(source)
    refused = (500, {}, b"{}")
    site.line.hq.canned["PUT"] = [refused]
    site.courier.step()
    # It was tried, and is to be tried again later: the line is free meanwhile.
    assert len(site.asked) == 1
    site.clocks.pass_(3600)
    waiting = site.courier._updating
    assert waiting is not None
    asked = len(site.asked)
    assert waiting.step(None, site.courier._stop, lambda: True) is True
    assert len(site.asked) == asked
    site.rounds(5)
    assert digest in site.line.hq.puts
    assert site.here == [DEB]


def test_a_full_disk_takes_no_update(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.publish()
    monkeypatch.setattr("sync.disk.free_bytes", lambda folder: 512 * 2**20)
    assert site.rounds() == ["disk-too-full"]
    assert site.asked == []
    monkeypatch.undo()
    site.rounds(5)
    assert site.here == [DEB]
