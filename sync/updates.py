"""Updates on their way: how they lie on a stick, and the newest word that a site keeps.

FROM/examsite/updates/update.json  <digest>.deb      as headquarters lays them out
DATA/updates/update.json  <digest>.deb               as a site keeps them
DATA/updates/.<digest>.part                          as it comes over the line
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from sync.disk import sync
from sync.errors import DocumentRefused, NotFound
from sync.wire.files import replacing, sync_folder, write_durably
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister
from sync.wire.update import (
    MOST_STATEMENT,
    Update,
    check_update_file,
    is_newer,
    judge_update,
    peek_update,
    read_update,
)

WORD = "update.json"
_BLOCK = 1024 * 1024


def lay_out(to: Path, word: bytes, file: Path) -> None:
    """Lay a whole word and its file out for sites; the word last."""
    place = to / "examsite" / "updates"
    place.mkdir(parents=True, exist_ok=True)
    update, _ = peek_update(word)
    with replacing(place / f"{update.digest}.deb") as out, file.open("rb") as content:
        shutil.copyfileobj(content, out)
    write_durably(place / WORD, word)


class Updates:
    """A site's own: `held` is the newest word that it has believed."""

    def __init__(
        self,
        data: Path,
        release: Sequence[VerifyKey],
        register: KeyRegister | None,
        installed: str,
        clock_ms: int,
    ) -> None:
        self._folder, self._release, self._register = data / "updates", release, register
        self._installed, self._clock_ms = installed, clock_ms

    def held(self) -> Update | None:
        """What is kept; DocumentRefused if its signatures no longer count."""
        try:
            word = (self._folder / WORD).read_bytes()
        except FileNotFoundError:
            return None
        return read_update(word, self._release, self._register)

    def take(self, source: Path) -> Update:
        """Believe and keep the word on a stick, or refuse it; NotFound if there is none."""
        path = source / "examsite" / "updates" / WORD
        try:
            with path.open("rb") as file:
                word = file.read(MOST_STATEMENT)
        except FileNotFoundError:
            raise NotFound(what=str(path)) from None
        return self.believe(word)

    def believe(self, word: bytes) -> Update:
        """Keep a word that counts, whoever brought it; refuse any other."""
        found = read_update(word, self._release, self._register)
        held = self._sound()
        judge_update(found, held, self._installed, self._now(held))
        if found != held:
            self._folder.mkdir(exist_ok=True)
            write_durably(self._folder / WORD, word)
        return found

    def current(self) -> Update:
        """What is kept, if it still counts; NotFound before the first."""
        held = self.held()
        if held is None:
            raise NotFound(what=WORD)
        judge_update(held, held, self._installed, self._now(held))
        return held

    def wanted(self) -> Update | None:
        """What is newer than what runs, and whose file is not here; UpdateExpired if it ended."""
        held = self._sound()
        if held is None or not is_newer(held, self._installed) or self.file_of(held).is_file():
            return None
        return self.current()

    def file_of(self, update: Update) -> Path:
        """Where its file lies, or will."""
        return self._folder / f"{update.digest}.deb"

    def part_of(self, update: Update) -> Path:
        """Where its file is gathered until it is whole."""
        return self._folder / f".{update.digest}.part"

    def complete(self, update: Update) -> Path:
        """The part is whole: a right one gets its name, and what was gathered before it goes.

        UpdateFileDiffers, and the part is thrown away: nobody knows where it went wrong.
        """
        part, target = self.part_of(update), self.file_of(update)
        try:
            check_update_file(update, part)
        except DocumentRefused:
            part.unlink()
            raise
        with part.open("rb") as file:
            sync(file.fileno())
        part.replace(target)
        sync_folder(self._folder)
        for path in (*self._folder.glob("*.deb"), *self._folder.glob(".*.part")):
            if path != target:
                path.unlink()
        return target

    def fetch(self, source: Path) -> Path:
        """Copy and verify the file of the word on a stick; only a right one gets its name."""
        update = self.take(source)
        target = self.file_of(update)
        given = source / "examsite" / "updates" / target.name
        if not given.is_file():
            raise NotFound(what=str(given))
        check_update_file(update, given)
        with replacing(target) as out, given.open("rb") as content:
            left = update.size
            while left and (block := content.read(min(_BLOCK, left))):
                out.write(block)
                left -= len(block)
        # The stick may have said something else the second time.
        try:
            check_update_file(update, target)
        except DocumentRefused:
            target.unlink()
            raise
        return target

    def verify(self, file: Path) -> Update:
        """That a file is just the one that may be installed now."""
        update = self.current()
        check_update_file(update, file)
        return update

    def _sound(self) -> Update | None:
        """One that is damaged, or by a key revoked since, gives way to any that counts."""
        try:
            return self.held()
        except DocumentRefused:
            return None

    def _now(self, held: Update | None) -> int:
        """A clock that was set back is never before what headquarters signed."""
        known = self._register.issued_at if self._register else 0
        return max(self._clock_ms, known, held.at if held else 0)
