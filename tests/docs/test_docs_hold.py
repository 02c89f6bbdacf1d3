"""Documents that are carried out, not only read: commands in their order, named files, pins."""

import re
import tomllib
from pathlib import Path

import pytest
from documented import ROOT

from provisioning.routes import headquarters_routes, site_routes
from siteapp.config import SETTINGS
from sync.exam.catalogue import specifications

WRITTEN = sorted(
    d
    for d in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "systemd").glob("*.md"))
    if d.parent.name != "reference"
)
DESK = (ROOT / "docs/operate/en/headquarters.md").read_text()
PLACES = ("tests", "sync", "siteapp", "provisioning", "docs", "systemd")


def absent_files(text: str) -> list[str]:
    """Files and folders of the project that a text names in backticks and that are not there."""
    named = re.findall(rf"`((?:{'|'.join(PLACES)})/[\w./-]+)`", text)
    return [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_that_a_document_names_is_there(path: Path) -> None:
    assert absent_files(path.read_text()) == []


def test_a_file_that_is_not_there_would_be_noticed() -> None:
    text = "kept by `tests/wire/test_keys.py` and `tests/wire/test_wishes.py`"
    assert absent_files(text) == ["tests/wire/test_wishes.py"]


WRITTEN_TESTS = {
    name
    for path in (ROOT / "tests").rglob("*.py")
    for name in re.findall(r"def (test_\w+)\(", path.read_text())
}


def absent_tests(text: str) -> list[str]:
    """Tests that a text names in backticks and that are not there; a module is named too."""
    modules = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    named = re.findall(r"`(test_\w+)`", text)
    return [name for name in named if name not in WRITTEN_TESTS | modules]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_test_that_a_document_names_is_there(path: Path) -> None:
    assert absent_tests(path.read_text()) == []


def test_a_test_that_is_not_there_would_be_noticed() -> None:
    text = "kept by `test_a_test_that_is_not_there_would_be_noticed` and `test_of_wishes`"
    assert absent_tests(text) == ["test_of_wishes"]


def unknown_settings(text: str) -> list[str]:
    """Settings written as `name = value` that the site does not have."""
    named = re.findall(r"`([a-z_]+) = [^`]*`", text)
    return [name for name in named if name not in {s.name for s in SETTINGS} | {"name"}]


# The formats have members of their own that are written the same way.
PROSE = [d for d in WRITTEN if d.parent.name != "specs"]


@pytest.mark.parametrize("path", PROSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_setting_in_a_document_exists(path: Path) -> None:
    assert unknown_settings(path.read_text()) == []


def test_a_setting_that_does_not_exist_would_be_noticed() -> None:
    assert unknown_settings("`port = 1` and `prot = 1`") == ["prot"]


def wrong_pins(text: str, lock: str) -> set[tuple[str, str]]:
    """Direct dependencies whose version in the table is missing or not the locked one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = {re.split(r"[<>=]", name)[0] for name in project["dependencies"]}
    locked = {
        (n, v) for n, v in re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE) if n in direct
    }
    return locked ^ set(re.findall(r"^\| ([\w-]+) \| (\d[\w.]*) \|", text, re.MULTILINE))


def test_every_direct_dependency_is_named_with_its_pin() -> None:
    text = (ROOT / "docs/design/dependencies.md").read_text()
    lock = (ROOT / "requirements.lock").read_text()
    assert wrong_pins(text, lock) == set()
    assert wrong_pins(text, lock.replace("flask==", "flask==9.")) != set()


def test_the_reference_has_all_twenty_four_specifications_and_every_route() -> None:
    shown = (ROOT / "docs/reference/specifications.md").read_text()
    assert re.findall(r"^## `(\S+)`", shown, re.MULTILINE) == list(specifications())
    assert len(specifications()) == 24
    found = (ROOT / "docs/reference/routes.md").read_text()
    routes = [*site_routes(), *headquarters_routes()]
    assert all(f"| {r.method} | `{r.path}` | `" in found for r in routes)
    assert all(r.roles for r in routes)
