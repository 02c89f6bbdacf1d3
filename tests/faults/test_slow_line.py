"""A theory sitting of forty goes up over 64 kbit/s with 5 % loss, while it is being written."""

import secrets
import sys
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import lossy
import pytest
import sitting_story

sys.path.insert(0, str(Path(__file__).parents[1] / "delivery"))

from delivery_world import SITE, Clocks, Handler, Headquarters, Room, Server

from siteapp.config import SETTINGS
from sync.transport import HttpTransport

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not lossy.possible(), reason="no TUN devices here"),
]
KBIT = 64_000
LOSS = 0.05


@pytest.fixture
def line() -> Iterator[lossy.LossyLine]:
    laid = lossy.LossyLine(KBIT, LOSS)
    try:
        laid.lay()
        yield laid
    finally:
        laid.clear()


class FarLine:
    """Headquarters at the other end of the lossy line."""

    def __init__(self, hq: Headquarters, line: lossy.LossyLine) -> None:
        self.hq = hq
        handler = type("Bound", (Handler,), {"hq": hq})
        with lossy.inside(line.headquarters):
            self.server: ThreadingHTTPServer = Server((lossy.HEADQUARTERS, 0), handler)
        port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.transport = HttpTransport(f"http://{lossy.HEADQUARTERS}:{port}", SITE, hq.site_key)

    def open(self) -> None: ...
    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.transport.close()

    def work(self) -> None: ...


def test_forty_candidates_go_up_over_a_slow_line_that_loses_packets(
    line: lossy.LossyLine, tmp_path: Path
) -> None:
    hq = Headquarters(tmp_path)
    far = FarLine(hq, line)
    room = Room.at(far, tmp_path / "spool", Clocks())
    every = int(next(s.default for s in SETTINGS if s.name == "batch_seconds"))
    folder = tmp_path / secrets.token_hex(4)
    folder.mkdir()
    digests = [room.spool.put_outgoing(path) for path in sitting_story.sealed(folder, every)]
    began = time.monotonic()
    try:
        with lossy.inside(line.site):
            while room.spool.summary().waiting.count:
                room.rounds()
    finally:
        far.close()
    took = time.monotonic() - began
    size = sum(hq.batches.values())
    lost = line.lost / line.sent
    print(f"\n{len(digests)} batches, {size} bytes in {took:.0f} s; {lost:.1%} of packets lost")
    assert set(hq.batches) == set(digests)
    # The control: it really was that line.
    assert line.carried > size
    assert took > size * 8 / KBIT
    assert lost > LOSS / 2
