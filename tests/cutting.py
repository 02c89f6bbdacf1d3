"""A proxy on loopback that cuts the line after so many bytes of bodies, once for each number."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Cutter:
    """Between a sender and `port`; `cuts`: bytes of bodies after which the line is cut, in order.

    `passed` counts all bytes of bodies that came from the sender, also those that were cut off.
    """

    port: int
    cuts: list[int] = field(default_factory=list)
    passed: int = 0
    done: int = 0
    address: str = ""
    ends: list[asyncio.StreamWriter] = field(default_factory=list)

    def plan(self, *cuts: int) -> None:
        """Count anew, and cut after each of these numbers of bytes."""
        self.cuts, self.passed, self.done = sorted(cuts), 0, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        there, away = await asyncio.open_connection("127.0.0.1", self.port)
        self.ends += [writer, away]
        back = asyncio.create_task(_pump(there, writer))
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._request(reader, away):
                    pass
        finally:
            for end in (writer, away):
                end.transport.abort()
            await asyncio.gather(back, return_exceptions=True)

    async def end(self, server: asyncio.Server) -> None:
        """Close all: what a connection waits for ends with it."""
        server.close()
        for end in self.ends:
            end.transport.abort()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.gather(*others, return_exceptions=True)
        for end in self.ends:
            with suppress(ConnectionError):
                await end.wait_closed()

    async def _request(self, reader: asyncio.StreamReader, away: asyncio.StreamWriter) -> bool:
        """A head and its body; False when the line was cut."""
        head = await reader.readuntil(b"\r\n\r\n")
        away.write(head)
        found = _LENGTH.search(head)
        left = int(found[1]) if found else 0
        while left:
            room = self.cuts[0] - self.passed if self.cuts else left
            data = await reader.read(min(left, max(room, 0) or 1, 65_536))
            if not data:
                return False
            self.passed, left = self.passed + len(data), left - len(data)
            away.write(data)
            if self.cuts and self.passed >= self.cuts[0]:
                # The other side gets what came before.
                await away.drain()
                self.cuts.pop(0)
                self.done += 1
                return False
        return True


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
        writer.write_eof()


@contextmanager
def cutting(port: int) -> Iterator[Cutter]:
    """A cutter in front of a port of this machine."""
    cutter, loop = Cutter(port), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    # Never in this thread: a browser of the tests may have a loop in it.
    starting = asyncio.start_server(cutter.serve, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(starting, loop).result(20)
    cutter.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield cutter
    finally:
        asyncio.run_coroutine_threadsafe(cutter.end(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
