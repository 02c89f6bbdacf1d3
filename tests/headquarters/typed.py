"""`examhq` as it is typed, for the tests of its commands."""

import json
from dataclasses import dataclass
from pathlib import Path

import approving
from click.testing import CliRunner, Result
from desk_world import BY, Box

from sync.headquarters.cli import main
from sync.headquarters.store.folder import open_headquarters

ROSTER = ("--session", "morning", "--sitting", "live")


@dataclass
class Shell:
    """A shell at headquarters."""

    folder: Path

    def run(self, *words: str, status: int = 0, lang: str = "en") -> Result:
        """Run a command; its exit status is checked."""
        arguments = ["--data", str(self.folder / "hq"), "--lang", lang, *words]
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    def refuse(self, code: str, status: int, *words: str) -> str:
        """Run what must be refused with this code and status; what was said."""
        result = self.run(*words, status=status)
        assert f"Error [{code}]" in result.stderr, result.output
        assert "Hint: " in result.stderr
        return result.stderr

    def file(self, name: str) -> str:
        """A path beside the data folder."""
        return str(self.folder / name)

    def officer(self, name: str, role: str = "release-officer") -> tuple[str, ...]:
        """The options by which an officer of this name proves who it is."""
        file = self.folder / f"{name}.password"
        if not file.exists():
            said = self.run("users", "add", name, "--role", role).stdout
            file.write_text(said.split()[-1] + "\n")
        return ("--account", name, "--password-file", str(file))

    def json(self, *words: str) -> list[dict[str, object]]:
        """What a command lists."""
        found: list[dict[str, object]] = json.loads(self.run(*words, "--json").stdout)
        return found


def register(shell: Shell, box: Box) -> None:
    """Register the site `site-01`."""
    request = Path(shell.file("request.json"))
    request.write_bytes(box.request())
    shell.run(
        "site", "register", str(request), "--id", "site-01", "--name", "示例考点",
        "--out", shell.file("certificate.json"), *shell.officer("clerk", "exam-officer"),
    )  # fmt: skip
    hq = open_headquarters(shell.folder / "hq")
    approving.everything(hq, BY)
    hq.close()


def session(shell: Shell, name: str = "morning") -> None:
    """A session with its sitting."""
    shell.run(
        "session", "create", name, "--site", "site-01", "--name", "上午场", "--room", "第一机房",
        "--starts-at", "2026-12-05T09:00+08:00", "--seed", "s",
    )  # fmt: skip
    shell.run("sitting", "add", name, "live", "--specification", "530051-junior", "--forms", "2")


def signing(shell: Shell, officer: int) -> tuple[str, ...]:
    """The command by which an officer signs the session."""
    key = shell.folder / "hq" / "keys" / f"release-{officer}.key"
    return ("publish", "morning", "--key", str(key), *shell.officer(f"officer-{officer}"))


def publish(shell: Shell, *more: str) -> None:
    """Both officers sign."""
    assert "second officer's signature is needed" in shell.run(*signing(shell, 1)).stdout
    assert "published" in shell.run(*signing(shell, 2), *more).stdout
