"""The page on installing headquarters is carried out, command by command, on a real PostgreSQL."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from postgres import Cluster, program

from provisioning.packaging.tree import ROOT
from provisioning.reference import CLIS

PAGES = {x: ROOT / f"docs/operate/{x}/headquarters-install.md" for x in ("zh", "en")}
UNITS = {path.name for path in (ROOT / "systemd").iterdir()} | {"haproxy", "postgresql"}
PACKAGES = (ROOT / "provisioning/debian-packages.txt").read_text().split()
SHARE = "/usr/lib/examsite/current/share/"
SOCKET = "/var/run/postgresql"
ANY_KEY = "7e1a7e7b5702a95b"
# Headings behind which the machine is another one, or the folder was moved aside.
ANEW = ("## When the machine is gone", "## From one file to PostgreSQL")


def lines(text: str) -> Iterator[str]:
    """The commands of the fenced blocks; a heading of ANEW in its place."""
    inside = False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
        elif inside or line in ANEW:
            yield line


@dataclass
class Machine:
    """A machine in a folder, and a PostgreSQL."""

    root: Path
    cluster: Cluster
    failed: dict[str, str] = field(default_factory=dict)
    receipt_key: str = ""

    def __post_init__(self) -> None:
        for name in ("var/lib/examhq", "media/stick"):
            (self.root / name).mkdir(parents=True)
        (self.root / "front.pem").write_text("certificates and key")

    def here(self, word: str) -> str:
        """A word of a command, with this machine's paths."""
        word = word.replace(SOCKET, str(self.cluster.folder)).replace(ANY_KEY, self.receipt_key)
        if word.startswith(SHARE):
            return str(ROOT / "systemd" / word.removeprefix(SHARE))
        return f"{self.root}{word}" if word.startswith(("/var/", "/etc/", "/media/")) else word

    def carry_out(self, line: str) -> None:
        """One command; why it failed, if it did, is kept."""
        words = [self.here(word) for word in shlex.split(line)]
        act = {"examhq": self._examhq, "sudo": self._sudo}.get(words[0], self._anew)
        if why := act(words):
            self.failed[line] = why

    def _examhq(self, words: list[str]) -> str:
        folder = str(self.root / "var/lib/examhq")
        done = CliRunner().invoke(CLIS["examhq"], ["--data", folder, "--lang", "en", *words[1:]])
        if words[1:3] == ["keys", "list"]:
            said = ["--data", folder, "keys", "list", "--json"]
            rows = json.loads(CliRunner().invoke(CLIS["examhq"], said).stdout)
            (self.receipt_key,) = (row["key"] for row in rows if row["role"] == "receipt")
            assert self.receipt_key in done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.output if done.exit_code else ""

    def _sudo(self, words: list[str]) -> str:
        if words[1:3] == ["-u", "postgres"]:
            return self._postgres(words[3:])
        if words[1] == "install":
            return self._run([w for w in words[1:] if w not in ("-o", "-g", "examhq")])
        if words[1] == "apt":
            unknown = [w for w in words[3:] if not w.endswith(".deb") and w not in PACKAGES]
            return " ".join(unknown)
        assert words[1] == "systemctl"
        named = [w for w in words[3:] if not w.startswith("--")]
        return " ".join(w for w in named if re.sub(r"@\d+", "@", w) not in UNITS)

    def _postgres(self, words: list[str]) -> str:
        found = program(words[0])
        return self._run([found, *words[1:]]) if found else f"no {words[0]}"

    def _run(self, words: list[str]) -> str:
        given = os.environ | {"PGHOST": str(self.cluster.folder), "PGUSER": "postgres"}
        done = subprocess.run(
            words, cwd=self.root, env=given, capture_output=True, text=True, check=False
        )
        return done.stderr if done.returncode else ""

    def _anew(self, _: list[str]) -> str:
        shutil.rmtree(self.root / "var/lib/examhq")
        with psycopg.connect(self.cluster.address("postgres"), autocommit=True) as db:
            db.execute("DROP DATABASE examhq")
            db.execute("CREATE DATABASE examhq OWNER examhq TEMPLATE template0 ENCODING 'UTF8'")
        return ""


@pytest.fixture
def machine(tmp_path: Path, cluster: Cluster) -> Iterator[Machine]:
    """A machine on which nothing of headquarters is."""
    yield Machine(tmp_path, cluster)
    with psycopg.connect(cluster.address("postgres"), autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS examhq")
        db.execute("DROP ROLE IF EXISTS examhq")
        db.execute("ALTER SYSTEM RESET max_connections")


def test_headquarters_is_installed_copied_and_restored_as_the_page_says(machine: Machine) -> None:
    for line in lines(PAGES["en"].read_text()):
        machine.carry_out(line)
    assert machine.failed == {}
    folder = machine.root / "etc"
    assert (folder / "examhq/front.pem").stat().st_mode & 0o777 == 0o600
    assert "haproxy-hq.cfg" in (folder / "systemd/system/haproxy.service.d/examhq.conf").read_text()
    assert len(list((machine.root / "var/backups/examhq").glob("*.copy"))) == 2


@pytest.mark.parametrize(
    ("without", "breaks"),
    [
        ("createdb", "examhq init"),
        pytest.param("keys take escrow", "examhq restore", marks=pytest.mark.long),
        pytest.param("backup make", "examhq backup drill", marks=pytest.mark.long),
    ],
)
def test_a_step_left_out_of_the_page_would_be_noticed(
    machine: Machine, without: str, breaks: str
) -> None:
    for line in lines(PAGES["en"].read_text()):
        if without not in line and line not in ANEW[1:]:
            machine.carry_out(line)
        if machine.failed:
            break
    assert [line.startswith(breaks) for line in machine.failed] == [True]


def test_a_unit_that_is_not_there_would_be_noticed(machine: Machine) -> None:
    machine.carry_out("sudo systemctl enable --now examhq-recieve@1.service examhq.service")
    assert list(machine.failed.values()) == ["examhq-recieve@1.service"]


def test_both_languages_give_the_same_commands() -> None:
    zh, en = ([x for x in lines(PAGES[x_].read_text()) if x not in ANEW] for x_ in ("zh", "en"))
    assert zh == en
    assert len(en) > 25
