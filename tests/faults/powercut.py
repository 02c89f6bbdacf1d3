"""What a disk may hold after a power cut, from a trace of what a program asked of it.

`strace -f -y -xx` records the calls; `read_trace` reads them; `Disk` replays them up to a cut and
gives the states that a disk may then be in. What is on the disk for certain:

- what a file held when an fsync or fdatasync *began* that has *ended* before the cut;
- a name made, moved or taken away before an fsync of its folder began that has ended.

Of all else any part may be there: each write whole, missing, as zeros or torn at a sector of 512
bytes, each change of a name done or not. A rename is done in both folders or in neither (a
journalling file system does no less) and folders themselves are never lost. A call that changes
files in a way this does not model is an error, not a guess.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from random import Random

SECTOR = 512
CALLS = (
    "openat,write,writev,pwrite64,pwritev,lseek,fsync,fdatasync,rename,renameat,renameat2,link,"
    "linkat,unlink,unlinkat,truncate,ftruncate,fallocate,sendfile,copy_file_range,sendto,recvfrom"
)
STRACE = ["strace", "-f", "-y", "-xx", "-s", "4194304", "--seccomp-bpf", "-e", f"trace={CALLS}"]

_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
_FD = re.compile(r"(?:(\d+)|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


@dataclass
class Call:
    """One system call: from line `began` to line `ended` of the trace (0: never)."""

    name: str
    text: str
    began: int
    ended: int = 0
    result: int = -1

    @property
    def files(self) -> list[tuple[int, str]]:
        """The descriptors of the arguments (-1: the working folder) and their paths."""
        found = _FD.findall(self.text.partition(") = ")[0])
        return [(int(n or -1), _bytes(p).decode("utf-8", "replace")) for n, p in found]

    @property
    def texts(self) -> list[bytes]:
        """The strings of the arguments."""
        return [_bytes(t) for t in _TEXT.findall(self.text)]

    @property
    def number(self) -> int:
        """The last argument, of those that end in one: an offset or a length."""
        return int(self.text.partition(") ")[0].rpartition(",")[2].split()[0])


def read_trace(lines: Iterable[str]) -> list[Call]:
    """The calls of a trace in the order in which they began; calls of threads overlap."""
    calls: list[Call] = []
    open_calls: dict[str, Call] = {}
    for number, line in enumerate(lines, 1):
        if (found := _LINE.match(line)) is None:
            continue
        thread, resumed, name, rest = found.groups()
        if resumed:
            call = open_calls.pop(thread)
        else:
            call = Call(name, "", number)
            calls.append(call)
        call.text += rest.removesuffix("<unfinished ...>")
        if rest.endswith("<unfinished ...>"):
            open_calls[thread] = call
            continue
        call.ended = number
        if result := re.findall(r"\)\s+= (-?\d+)", rest):
            call.result = int(result[-1])
    return calls


@dataclass(eq=False)
class File:
    """A file's content on the disk for certain, and the changes that may not be there."""

    durable: bytes = b""
    pending: list[tuple[int, int, bytes | None]] = field(default_factory=list)
    size: int = 0

    def change(self, ended: int, offset: int, data: bytes | None) -> None:
        """A write, or with None a cut to length `offset`."""
        self.pending.append((ended, offset, data))
        self.size = offset if data is None else max(self.size, offset + len(data))

    def sync(self, began: int) -> None:
        """All that had ended when a sync began is there for certain."""
        kept = [p for p in self.pending if not 0 < p[0] < began]
        for _, offset, data in (p for p in self.pending if 0 < p[0] < began):
            self.durable = _changed(self.durable, offset, data)
        self.pending = kept

    def after_cut(self, survives: "Survival") -> bytes:
        """One content that may be found afterwards."""
        content = self.durable
        for _, offset, data in self.pending:
            for at, piece in survives(offset, data):
                content = _changed(content, at, piece)
        return content


def _changed(content: bytes, offset: int, data: bytes | None) -> bytes:
    if data is None:
        return content[:offset].ljust(offset, b"\0")
    return content[:offset].ljust(offset, b"\0") + data + content[offset + len(data) :]


Survival = Callable[[int, bytes | None], list[tuple[int, bytes | None]]]


def nothing(offset: int, data: bytes | None) -> list[tuple[int, bytes | None]]:
    """No change survives that was not synced."""
    return []


def everything(offset: int, data: bytes | None) -> list[tuple[int, bytes | None]]:
    """As after a kill: the kernel still writes all."""
    return [(offset, data)]


def some(random: Random) -> Survival:
    """Each change whole, missing, as zeros or torn at sectors."""

    def survives(offset: int, data: bytes | None) -> list[tuple[int, bytes | None]]:
        fate = random.randrange(4)
        if data is None or fate < 2:
            return [(offset, data)] * (fate % 2)
        if fate == 2:
            return [(offset, bytes(len(data)))]
        ends = [*range(SECTOR - offset % SECTOR, len(data), SECTOR), len(data)]
        sectors = zip([0, *ends], ends, strict=False)
        return [(offset + a, data[a:b]) for a, b in sectors if random.random() < 0.5]

    return survives


@dataclass(eq=False)
class Rename:
    """A change of names: these go, this one comes; not durable before a folder's sync."""

    ended: int
    gone: tuple[str, ...] = ()
    come: tuple[str, File] | None = None

    def folders(self) -> set[str]:
        """The folders of which a sync makes it durable."""
        names = (*self.gone, *((self.come[0],) if self.come else ()))
        return {str(PurePosixPath(name).parent) for name in names}

    def apply(self, names: dict[str, File]) -> None:
        """Do it."""
        for name in self.gone:
            names.pop(name, None)
        if self.come:
            names[self.come[0]] = self.come[1]


class Disk:
    """The files of one folder while a trace is replayed over what was there before it."""

    def __init__(self, folder: Path, before: dict[str, bytes]) -> None:
        self.folder = str(folder)
        self.durable = {n: File(c, size=len(c)) for n, c in before.items() if _modelled(n)}
        self.names = dict(self.durable)
        self.renames: list[Rename] = []
        self._open: dict[int, tuple[File, int]] = {}

    def replay(self, calls: Iterable[Call], cut: int) -> None:
        """All that had begun before line `cut`; what had not ended by then may or may not be."""
        for call in calls:
            if call.began >= cut:
                return
            over = 0 < call.ended < cut
            if not (over and call.result < 0):
                getattr(self, f"_{call.name}", self._other)(call, call.ended if over else 0)

    def after_cut(self, survives: Survival, keep_name: Callable[[], bool]) -> dict[str, bytes]:
        """One state that may be found afterwards: name → content."""
        names = dict(self.durable)
        for rename in self.renames:
            if keep_name():
                rename.apply(names)
        return {name: file.after_cut(survives) for name, file in names.items()}

    def _inside(self, path: str) -> str | None:
        """The name within the folder, if the model follows it."""
        name = path.removeprefix(self.folder + "/")
        return name if name != path and _modelled(name) else None

    def _path(self, call: Call, which: int) -> str | None:
        path = call.texts[which].decode("utf-8", "replace")
        at = [p for n, p in call.files if n == -1] or [p for _, p in call.files] or ["/"]
        return self._inside(str(PurePosixPath(at[min(which, len(at) - 1)], path)))

    def _rename_now(self, rename: Rename) -> None:
        self.renames.append(rename)
        rename.apply(self.names)

    def _openat(self, call: Call, ended: int) -> None:
        self._open.pop(call.result, None)
        name = self._path(call, 0)
        if name is None or not ended or "O_DIRECTORY" in call.text:
            return
        if "O_TMPFILE" in call.text:
            self._open[call.result] = File(), 0
            return
        if name not in self.names:
            self._rename_now(Rename(ended, come=(name, File())))
        file = self.names[name]
        if "O_TRUNC" in call.text and file.size:
            file.change(ended, 0, None)
        self._open[call.result] = file, file.size if "O_APPEND" in call.text else 0

    def _opened(self, call: Call) -> tuple[int, File, int] | None:
        """The descriptor that a call is on, its file and position, if the model follows it."""
        number, path = call.files[0]
        inside = self._inside(path.removesuffix("(deleted)"))
        return None if inside is None or number not in self._open else (number, *self._open[number])

    def _write(self, call: Call, ended: int) -> None:
        if opened := self._opened(call):
            number, file, at = opened
            data = call.texts[0][: call.result if ended else None]
            file.change(ended, at, data)
            self._open[number] = file, at + len(data)

    def _pwrite64(self, call: Call, ended: int) -> None:
        if opened := self._opened(call):
            data = call.texts[0][: call.result if ended else None]
            opened[1].change(ended, call.number, data)

    def _lseek(self, call: Call, ended: int) -> None:
        if ended and (opened := self._opened(call)):
            self._open[opened[0]] = opened[1], call.result

    def _ftruncate(self, call: Call, ended: int) -> None:
        if opened := self._opened(call):
            opened[1].change(ended, call.number, None)

    def _fsync(self, call: Call, ended: int) -> None:
        if not ended:
            return
        if opened := self._opened(call):
            opened[1].sync(call.began)
        folder = self._inside(call.files[0][1] + "/.")
        if folder is None:
            return
        for rename in list(self.renames):
            if str(PurePosixPath(folder)) in rename.folders() and rename.ended < call.began:
                rename.apply(self.durable)
                self.renames.remove(rename)

    _fdatasync = _fsync

    def _rename(self, call: Call, ended: int) -> None:
        old, new = self._path(call, 0), self._path(call, 1)
        if old and new and old in self.names:
            self._rename_now(Rename(ended or call.began, (old,), (new, self.names[old])))

    _renameat = _renameat2 = _rename

    def _link(self, call: Call, ended: int) -> None:
        old, new = self._path(call, 0), self._path(call, 1)
        if old and new and old in self.names:
            self._rename_now(Rename(ended or call.began, come=(new, self.names[old])))

    _linkat = _link

    def _unlink(self, call: Call, ended: int) -> None:
        if (name := self._path(call, 0)) and name in self.names:
            self._rename_now(Rename(ended or call.began, (name,)))

    _unlinkat = _unlink

    def _sendto(self, call: Call, ended: int) -> None:
        """Changes no file."""

    _recvfrom = _sendto

    def _other(self, call: Call, ended: int) -> None:
        if any(self._inside(path) for _, path in call.files):
            raise NotImplementedError(f"{call.name} on {call.files}")


def _modelled(name: str) -> bool:
    """SQLite's shared memory is made anew at every opening; the reserve is room and no content."""
    return not name.endswith("-shm") and name != "reserve"


def contents(folder: Path) -> dict[str, bytes]:
    """Name → content of all files in a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def put_back(state: dict[str, bytes], like: Path, folder: Path) -> None:
    """Make `folder` of a state, with the folders of `like`."""
    for inner in (like, *(p for p in like.rglob("*") if p.is_dir())):
        (folder / inner.relative_to(like)).mkdir(parents=True, exist_ok=True)
    for name, content in state.items():
        (folder / name).write_bytes(content)
