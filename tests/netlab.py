"""A room of network namespaces on one switch: the server at the switch, a machine in each other."""

import os
import select
import socket
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from cables import within

from siteapp.lan.agent import seatagent

NET = "10.78.0."
SERVER = f"{NET}1"
TOKEN = bytes(range(32))
CORES = 4


def ip(*words: str, lines: Iterable[str] = ()) -> None:
    """One call of iproute2, or many of them by `-batch -`."""
    text = "\n".join(lines)
    done = subprocess.run(["ip", *words], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, (words, done.stderr)


class Lab:
    """`count` machines, numbered from 1; machine n has the address NET(n + 10)."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._prefix = f"lab-{os.getpid()}-"
        self.room = f"{self._prefix}room"

    @property
    def machines(self) -> range:
        """Their numbers."""
        return range(1, self.count + 1)

    def name(self, machine: int) -> str:
        """Of its namespace."""
        return f"{self._prefix}{machine}"

    def address(self, machine: int) -> str:
        """As laid."""
        return f"{NET}{machine + 10}"

    def mac(self, machine: int) -> str:
        """Of its card."""
        return f"02:00:00:00:01:{machine:02x}"

    def lay(self) -> None:
        """Switch and machines, all on."""
        names = [self.room, *map(self.name, self.machines)]
        ip("-batch", "-", lines=(f"netns add {name}" for name in names))
        ip("-n", self.room, "-batch", "-", lines=self._switch())
        for n in self.machines:
            lines = (f"addr add {self.address(n)}/24 dev up0", "link set up0 up", "link set lo up")
            ip("-n", self.name(n), "-batch", "-", lines=lines)

    def _switch(self) -> Iterator[str]:
        yield "link set lo up"
        yield "link add switch type bridge mcast_snooping 0"
        yield f"addr add {SERVER}/24 dev switch"
        yield "link set switch up"
        for n in self.machines:
            peer = f"peer name up0 address {self.mac(n)} netns {self.name(n)}"
            yield f"link add m{n} type veth {peer}"
            yield f"link set m{n} master switch up"

    def clear(self) -> None:
        """All away, with what is in it."""
        for name in (self.room, *map(self.name, self.machines)):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    def at(self, machine: int) -> AbstractContextManager[None]:
        """This thread is at that machine."""
        return within(self.name(machine))

    def at_the_switch(self) -> AbstractContextManager[None]:
        """This thread, and those that it starts, are where the server is."""
        return within(self.room)

    def deaf_to_ping(self, machine: int) -> None:
        """It answers no echo, as a firewall would have it."""
        with self.at(machine):
            Path("/proc/sys/net/ipv4/icmp_echo_ignore_all").write_text("1")

    def server_moves(self, old: str, new: str) -> None:
        """The server gets another address."""
        lines = (f"addr del {old}/24 dev switch", f"addr add {new}/24 dev switch")
        ip("-n", self.room, "-batch", "-", lines=lines)

    def forget_neighbours(self) -> None:
        """The server's kernel has to ask for every address anew."""
        ip("-n", self.room, "neigh", "flush", "all")

    @contextmanager
    def losing(self, per_cent: int) -> Iterator[None]:
        """So much of all that comes to the server is lost, address questions too."""
        begin = "type filter hook ingress device switch priority 0;"
        drop = f"numgen random mod 100 < {per_cent} drop" if per_cent < 100 else "drop"
        self._nft(f"table netdev lossy {{\nchain c {{\n{begin}\n{drop}\n}}\n}}")
        try:
            yield
        finally:
            self._nft("delete table netdev lossy")

    def _nft(self, rule: str) -> None:
        subprocess.run(["ip", "netns", "exec", self.room, "nft", rule], check=True)


class Agents:
    """The seat agent at some machines, all in one thread; each socket belongs to its namespace."""

    def __init__(self, lab: Lab, machines: Iterable[int], version: int = seatagent.VERSION) -> None:
        self.lab = lab
        self.names = {n: f"{n:016x}" for n in machines}
        self._doors: dict[socket.socket, seatagent.Agent] = {}
        for n, name in self.names.items():
            with lab.at(n):
                agent = seatagent.Agent(TOKEN, name, facts(f"pc-{n}"))
                agent.version = version
                self._doors[seatagent.listen()] = agent
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def announce(self) -> None:
        """Each says once that it is there."""
        for n, name in self.names.items():
            with self.lab.at(n):
                seatagent.announce(name)

    def close(self) -> None:
        """All silent."""
        self._stop.set()
        self._thread.join()
        for door in self._doors:
            door.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            for door in select.select(list(self._doors), [], [], 0.05)[0]:
                datagram, asker = door.recvfrom(2048)
                if answer := self._doors[door].answer(datagram):
                    door.sendto(answer, asker)


def facts(host: str) -> Callable[[], dict[str, object]]:
    """What an agent on a usual machine tells."""
    told = seatagent.look() | {"host": host, "cores": CORES, "remote": []}
    return lambda: told
