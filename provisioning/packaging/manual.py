"""Manual pages, from what the programs say of themselves."""

import time
from collections.abc import Iterator

import click

from provisioning.reference import CLIS


def pages(version: str, when: time.struct_time) -> Iterator[tuple[str, str]]:
    """(program, its page in troff)."""
    for program, cli in CLIS.items():
        yield program, _page(program, cli, version, time.strftime("%Y-%m-%d", when))


def _page(program: str, cli: click.Group, version: str, day: str) -> str:
    about = (cli.help or "").strip()
    lines = [
        f'.TH {program.upper()} 1 "{day}" "examsite {version}"',
        f".SH NAME\n{program} \\- {_plain(about.splitlines()[0].rstrip('.'))}",
        f".SH SYNOPSIS\n.B {program}\n[\\fIoptions\\fR] \\fIcommand\\fR ...",
        f".SH DESCRIPTION\n{_plain(about)}",
        ".SH COMMANDS",
    ]
    for name in sorted(cli.commands):
        said = (cli.commands[name].help or "").strip().splitlines()
        lines.append(f".TP\n.B {_plain(name)}\n{_plain(said[0] if said else '')}")
    lines.append(f".SH SEE ALSO\n.B {program} \\fIcommand\\fR \\-\\-help")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """As troff shows it; a line of it begins with no dot."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("\n.", "\n\\&.")
