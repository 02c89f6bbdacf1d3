"""Who an officer at the shell is: an account and its password, for acts that take two people.

The name of the shell's own user proves nothing: whoever types can set it.
"""

from pathlib import Path

import click

from sync.errors import NotAllowed, SecretMissing
from sync.exam.specification import Struct
from sync.headquarters.clock import wall_ms
from sync.headquarters.commands.base import IN_FILE, Command
from sync.headquarters.register import staff
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.words import Words

SHELL = "shell"
ASK = Words("密码", "Password")


class Officer(Struct, frozen=True):
    """Who somebody says to be; `file` holds the password, or the terminal is asked."""

    account: str
    file: Path | None

    def stamp(self, headquarters: Headquarters, role: staff.Role) -> Stamp:
        """Who it is, now. SignInRefused, TooManyTries, or NotAllowed without the role."""
        member = staff.prove(headquarters, self.account, self._password(), SHELL, wall_ms())
        if role not in member.roles:
            raise NotAllowed(reason_zh=f"需要角色 {role}", reason_en=f"role needed: {role}")
        return Stamp(member.name, wall_ms())

    def _password(self) -> str:
        if self.file is None:
            asked: str = click.prompt(f"{ASK.zh} {ASK.en}", hide_input=True, err=True)
            return asked
        try:
            return self.file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise SecretMissing(path=str(self.file)) from None


def officer_options(command: Command) -> Command:
    """The options by which an officer says, and proves, who it is."""
    command = click.option(
        "--password-file", type=IN_FILE, help="Your password; else the terminal asks."
    )(command)
    return click.option("--account", required=True, help="Your own account.")(command)
