"""The shape of the house: arrows between packages, sizes, docstrings, the top level."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.headquarters.store.engine import TABLES

ROOT = Path(__file__).parents[1]
PACKAGES = ("sync", "siteapp", "provisioning")
SOURCES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
STATIC = (ROOT / "siteapp" / "web" / "static", ROOT / "sync" / "headquarters" / "web" / "static")
PAGES = sorted(path for folder in STATIC for path in folder.rglob("*.js"))
MAX_FILE, MAX_FUNCTION = 400, 40
FOLDERS = {".ci", "docs", "provisioning", "siteapp", "sync", "systemd", "tests"}
FILES = {
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "README.zh.md",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements-hq.lock",
    "requirements.lock",
}

# Where alone a library may be imported; a new module finds it closed.
HOMES = {
    "cryptography": ("sync.wire", "provisioning"),
    "flask": ("siteapp.web", "sync.headquarters.web"),
    "werkzeug": ("siteapp.web", "sync.headquarters.web"),
    "jinja2": ("siteapp.web", "sync.headquarters.web", "sync.printing"),
    "weasyprint": ("sync.printing",),
    "pysqlite3": ("siteapp.store", "sync.headquarters"),
    "sqlite_utils": ("siteapp.store", "sync.headquarters"),
    "sqlalchemy": ("sync.headquarters",),
    "psycopg": ("sync.headquarters",),
    "minio": ("sync.headquarters",),
    "zeroconf": ("siteapp.lan",),
    "psutil": ("siteapp.readiness", "provisioning.setup.facts"),
    "sqlite3": (),
    # Only tests compare with them: 20 MiB and a fifth of a second in every process that starts.
    "numpy": (),
    "krippendorff": (),
}
# What asks the world instead of being told.
IMPURE = {"now", "utcnow", "today", "open", "print", "input", "getenv", "urandom", "system"}
PURE = (
    "sync/exam",
    "siteapp/conduct",
    "siteapp/lan/sightings.py",
    "siteapp/readiness/checks.py",
    "siteapp/readiness/seating.py",
    "siteapp/rooms/binding.py",
    "siteapp/rooms/ordering.py",
    "siteapp/rooms/plan.py",
    "sync/delivery.py",
    "sync/words.py",
    "sync/moments.py",
    "sync/readiness/plots.py",
    "sync/headquarters/released/lists.py",
    "sync/headquarters/released/mapping.py",
    "sync/headquarters/released/plots.py",
    "sync/headquarters/released/site_figures.py",
    "sync/svg.py",
    "sync/readiness/view.py",
)
# Rules that stand in one place, by a phrase that nobody can do without.
ONCE = {
    "timedelta(hours=8)": "sync/moments.py",
    "openxmlformats-officedocument.spreadsheetml.sheet": "sync/spreadsheet.py",
    "import Workbook": "sync/sheet_writer.py",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def problems(source: str) -> Iterator[str]:
    """What breaks a house limit in one module."""
    yield from oversized(source)
    yield from (f"{name} has no docstring" for name in _silent(ast.parse(source)))


def oversized(source: str) -> Iterator[str]:
    """What is too long in one module, and imports where nobody looks for them."""
    tree = ast.parse(source)
    if source.count("\n") > MAX_FILE:
        yield f"file has {source.count(chr(10))} lines"
    for node in ast.walk(tree):
        if isinstance(node, Function):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > MAX_FUNCTION:
                yield f"{node.name} has {lines} lines"
            inner = (n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom))
            yield from (f"{node.name} imports inside" for _ in inner)


def _silent(tree: ast.Module) -> Iterator[str]:
    """Public modules, classes, functions and methods without a contract."""
    if not ast.get_docstring(tree):
        yield "module"
    holders: list[ast.Module | ast.ClassDef] = [tree]
    holders += [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_"]
    for holder in holders:
        for node in holder.body:
            public = isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                yield node.name


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_keeps_the_house_limits(path: Path) -> None:
    assert list(problems(path.read_text("utf-8"))) == []


def test_tests_keep_the_limits_of_size() -> None:
    found = {}
    for path in TESTS:
        if much := list(oversized(path.read_text("utf-8"))):
            found[str(path.relative_to(ROOT))] = much
    assert found == {}


def test_each_limit_would_be_noticed() -> None:
    long = "def f() -> None:\n    '''x'''\n" + "    pass\n" * 40
    assert list(problems(f"'''m'''\n{long}")) == ["f has 42 lines"]
    assert list(problems("'''m'''\n" + "\n" * 400)) == ["file has 401 lines"]
    assert list(problems("x = 1\n")) == ["module has no docstring"]
    assert list(problems("'''m'''\nclass A:\n    def b(self): ...\n")) == [
        "A has no docstring",
        "b has no docstring",
    ]
    inside = "'''m'''\ndef f():\n    '''x'''\n    import os\n"
    assert list(problems(inside)) == ["f imports inside"]


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_script_of_a_page_is_short_and_safe(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= MAX_FILE
    for dangerous in (".innerHTML", "eval(", "document.write", "http://", "https://"):
        assert dangerous not in text


def imported(source: str) -> set[str]:
    """The libraries that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def away_from_home(module: str, source: str) -> list[str]:
    """The libraries of `source` that `module` may not import."""
    inside = f"{module}."
    return sorted(
        library
        for library in imported(source) & set(HOMES)
        if not any(inside.startswith(f"{home}.") for home in HOMES[library])
    )


def test_each_library_is_imported_in_its_home_only() -> None:
    found = {}
    for path in SOURCES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if libraries := away_from_home(module, path.read_text("utf-8")):
            found[module] = libraries
    assert found == {}


def test_a_library_away_from_its_home_would_be_noticed() -> None:
    assert away_from_home("sync.wire.keys", "import cryptography.x509\n") == []
    assert away_from_home("sync.wires", "import cryptography.x509\n") == ["cryptography"]
    assert away_from_home("siteapp.store.live", "from sqlite3 import connect\n") == ["sqlite3"]
    assert away_from_home("siteapp.new", "def f():\n    from flask import g\n") == ["flask"]


def starts_without(library: str, what: str) -> bool:
    """Whether a module can be imported where a library is not installed."""
    code = f"import sys; sys.modules[{library!r}] = None; import {what}"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    return run.returncode == 0


def test_headquarters_starts_without_numpy_which_no_server_installs() -> None:
    assert starts_without("numpy", "sync.headquarters.serve")
    # Sheets are written seldom; its library would be a third of what a receiver starts with.
    assert starts_without("openpyxl", "sync.headquarters.serve")
    assert not starts_without("openpyxl", "sync.sheet_writer")
    assert not starts_without("numpy", "krippendorff")
    for lock in ("requirements.lock", "requirements-hq.lock"):
        assert "\nnumpy==" not in (ROOT / lock).read_text()


def asks_the_world(source: str) -> list[str]:
    """Calls by which a module would read a clock, a file or the screen."""
    calls = (n.func for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call))
    names = (f.id if isinstance(f, ast.Name) else getattr(f, "attr", "") for f in calls)
    return sorted(set(names) & IMPURE)


def test_what_is_pure_asks_nobody() -> None:
    found = {}
    for path in SOURCES:
        name = str(path.relative_to(ROOT))
        if name.startswith(PURE) and (calls := asks_the_world(path.read_text("utf-8"))):
            found[name] = calls
    assert found == {}


def test_a_question_to_the_world_would_be_noticed() -> None:
    asking = "from datetime import datetime, date\nx = datetime.now(), date.today()\n"
    assert asks_the_world(asking) == ["now", "today"]
    assert asks_the_world("with open('x') as f:\n    print(f)\n") == ["open", "print"]
    assert asks_the_world("def f(now: int) -> int:\n    return now + 1\n") == []


def arrows(config: str, folder: Path) -> int:
    """The exit status of the import linter under a configuration."""
    path = folder / "importlinter.toml"
    path.write_text(config, "utf-8")
    lint = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(path)]
    return subprocess.run(lint, cwd=ROOT, capture_output=True, check=False).returncode


def test_imports_run_only_along_the_arrows(tmp_path: Path) -> None:
    config = (ROOT / "pyproject.toml").read_text("utf-8")
    assert len(tomllib.loads(config)["tool"]["importlinter"]["contracts"]) >= 9
    assert arrows(config[config.index("[tool.importlinter]") :], tmp_path) == 0


@pytest.mark.parametrize(
    "contract",
    [
        'type = "layers"\nlayers = ["sync", "siteapp"]',
        'type = "forbidden"\nsource_modules = ["sync.wire"]\nforbidden_modules = ["os"]',
        'type = "forbidden"\nsource_modules = ["siteapp.web"]\nforbidden_modules = ["flask"]',
    ],
)
def test_an_arrow_that_runs_back_would_be_noticed(contract: str, tmp_path: Path) -> None:
    head = '[tool.importlinter]\nroot_packages = ["sync", "siteapp"]\n'
    head += "include_external_packages = true\n[[tool.importlinter.contracts]]\n"
    assert arrows(f'{head}name = "control"\n{contract}\n', tmp_path) == 1


def test_the_top_level_is_what_it_should_be() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    if not listed:
        pytest.skip("not a git checkout")
    assert {f.split("/")[0] for f in listed if "/" in f} <= FOLDERS
    assert {f for f in listed if "/" not in f} <= FILES


@pytest.mark.parametrize("phrase", ONCE)
def test_a_rule_stands_in_one_place(phrase: str) -> None:
    found = [p.relative_to(ROOT).as_posix() for p in SOURCES if phrase in p.read_text("utf-8")]
    assert found == [ONCE[phrase]]


def test_tables_of_headquarters_are_in_modules_that_say_so() -> None:
    store = ROOT / "sync" / "headquarters" / "store"
    having = {p.stem for p in store.glob("*.py") if "= Table(" in p.read_text("utf-8")}
    named = {module.__name__.rpartition(".")[2] for module in TABLES}
    assert having == {"schema"} | named
    assert all(name.endswith("_tables") for name in named)
