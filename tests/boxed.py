"""Folders that stand for machines with the package on them, for tests of `examsite-setup`."""

import shutil
from pathlib import Path

from provisioning.privileged import Machine
from provisioning.setup.answers import Answers
from provisioning.setup.around import Around
from provisioning.setup.facts import EARLIEST, GIB, Facts
from provisioning.setup.steps import STEPS, undone
from sync.wire.enrolment import Bundle, new_bundle
from sync.wire.keys import SigningKey

GOOD = Facts(4, 8 * GIB, 100 * GIB, EARLIEST + 1000, ("192.168.7.2",), ())
ALONE = Answers(names=True, dhcp=("10.0.0.50", "10.0.0.99"), address="10.0.0.1")
SHARE = "usr/lib/examsite/current/share"
SYSTEMD = Path(__file__).parents[1] / "systemd"


def laid_out(root: Path) -> Path:
    """As dpkg leaves a machine."""
    (root / SHARE).mkdir(parents=True)
    for name in ("haproxy-examsite.conf", "journald-examsite.conf"):
        shutil.copy(SYSTEMD / name, root / SHARE)
    (root / "var/lib/examsite").mkdir(parents=True)
    return root


def box(root: Path, answers: Answers | None = None) -> Around:
    """Such a machine, and what a person answered."""
    return Around(Machine(laid_out(root)), answers or Answers(), GOOD)


def do_all(around: Around) -> list[str]:
    """One run: the names of what was done."""
    done = []
    for step in STEPS:
        if step in undone(around):
            step.do(around)
            done.append(step.name)
    return done


def tree(root: Path) -> dict[str, bytes]:
    """Every file and its content."""
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def bundle_of_nobody() -> Bundle:
    """Nobody is at its address: a box waits for headquarters."""
    return new_bundle(
        SigningKey.generate().public,
        site="site-02",
        name="示例职业学校",
        address="http://127.0.0.1:1",
        expires_at=1_900_000_000_000,
    )
