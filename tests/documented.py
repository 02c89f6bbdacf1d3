"""The commands that the documents tell people to type."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from provisioning.reference import CLIS

ROOT = Path(__file__).parents[1]


# Who types it is no part of the command.
SUDO = re.compile(r"^sudo (-u \w+ )?")


def fenced(text: str) -> Iterator[str]:
    """The lines of fenced blocks."""
    for block in re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()


def spoken(text: str) -> Iterator[str]:
    """Everything that looks like one of our commands, in blocks and in inline code."""
    for typed in [*fenced(text), *re.findall(r"`([^`\n]+)`", text)]:
        line = SUDO.sub("", typed)
        if line.split(" ")[0] in CLIS and " " in line:
            yield line


def called(line: str) -> tuple[str, ...]:
    """The command of a line, without its arguments."""
    words = shlex.split(line, comments=True)
    found, command = words[:1], CLIS[words[0]]
    for word in words[1:]:
        if not isinstance(command, click.Group) or word not in command.commands:
            break
        command = command.commands[word]
        found.append(word)
    return tuple(found)
