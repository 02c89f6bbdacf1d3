"""Documents that cannot lie: what they name exists, and what is generated is up to date."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from documented import ROOT, called, spoken

from provisioning.reference import CLIS, leaves, pages
from provisioning.setup.findings import KINDS
from siteapp.config import SETTINGS

DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WRITTEN = [d for d in DOCS if d.parent.name != "reference"]


def problem(line: str) -> str | None:
    """What is wrong with a command line, if anything."""
    words = shlex.split(line, comments=True)
    command: click.Command = CLIS[words[0]]
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return f"no command {rest[0]}" if not command.invoke_without_command else None
        command, rest = command.commands[rest[0]], rest[1:]
    known = {o for p in command.params for o in getattr(p, "opts", ())}
    unknown = [w for w in rest if w.startswith("--") and w.split("=")[0] not in known]
    return f"no option {unknown[0]}" if unknown else None


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_in_a_document_exists(path: Path) -> None:
    wrong = {line: why for line in spoken(path.read_text()) if (why := problem(line))}
    assert wrong == {}


def test_every_command_of_a_document_explains_itself() -> None:
    said = {words for d in WRITTEN for line in spoken(d.read_text()) for words in [called(line)]}
    assert len(said) > 60
    for words in sorted(said):
        done = CliRunner().invoke(CLIS[words[0]], [*words[1:], "--help"])
        assert (done.exit_code, "Usage:" in done.output) == (0, True), words


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    assert problem("examhq sesion list") == "no command sesion"
    assert problem("examsite serve --prot 1") == "no option --prot"
    assert problem("examhq session list --json") is None
    assert list(spoken("`sudo -u examsite examsite status --x`")) == ["examsite status --x"]
    assert list(spoken("```\nexamhq init\n```\n`examsite serve`")) == [
        "examhq init",
        "examsite serve",
    ]


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text())
    local = [link for link in links if not link.startswith(("http://", "https://"))]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_the_reference_is_what_the_code_says() -> None:
    folder = ROOT / "docs" / "reference"
    stale = [name for name, text in pages().items() if (folder / name).read_text() != text]
    assert stale == [], "run `make reference`"
    assert {p.name for p in folder.iterdir()} == set(pages())


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_error_code_in_the_trouble_pages_exists(path: Path) -> None:
    if path.name != "trouble.md":
        return
    codes = {leaf.code for leaf in leaves()} | set(KINDS)
    named = set(re.findall(r"^\| `([a-z-]+)`", path.read_text(), re.MULTILINE))
    assert len(named) > 10
    assert named <= codes


def test_chinese_and_english_have_the_same_pages_and_the_same_commands() -> None:
    zh, en = ROOT / "docs/operate/zh", ROOT / "docs/operate/en"
    assert {p.name for p in zh.iterdir()} == {p.name for p in en.iterdir()}
    for page in zh.iterdir():
        assert list(spoken(page.read_text())) == list(spoken((en / page.name).read_text())), page


def test_every_make_target_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {t for d in WRITTEN for t in re.findall(r"\bmake ([a-z-]+)\b(?=`| |$)", d.read_text())}
    assert {t for t in named if f"`make {t}" in "".join(d.read_text() for d in WRITTEN)} <= targets


def test_every_setting_has_a_meaning_in_both_languages() -> None:
    assert all(s.meaning.zh and s.meaning.en for s in SETTINGS)


def test_every_option_of_every_command_says_what_it_means() -> None:
    def silent(name: str, command: click.Command) -> Iterator[str]:
        for child in getattr(command, "commands", {}).values():
            yield from silent(f"{name} {child.name}", child)
        for p in command.params:
            if isinstance(p, click.Option) and not p.help:
                yield f"{name} {p.opts[0]}"

    assert [s for name, cli in CLIS.items() for s in silent(name, cli)] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_document_holds_a_path_of_somebodys_machine(path: Path) -> None:
    assert not re.search(r"/(home|root|work)/|\.pyenv", path.read_text())
