"""`examsite-setup apply` before a person, at a real terminal, in a room of network namespaces."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from boxed import bundle_of_nobody, laid_out, tree
from cables import possible
from netlab import Lab, ip
from typing_person import CTRL_C, Person

from provisioning.setup import files
from provisioning.setup.steps import TYPED
from sync.wire.documents import to_bytes

pytestmark = pytest.mark.skipif(not possible(), reason="only root can make namespaces")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """One machine without an address, in a room without a router."""
    lab = Lab(1)
    try:
        lab.lay()
        ip("-n", lab.name(1), "addr", "flush", "dev", "up0")
        yield lab
    finally:
        lab.clear()


def applies(lab: Lab, root: Path, *options: str) -> Person:
    program = str(Path(sys.executable).with_name("examsite-setup"))
    here = ["ip", "netns", "exec", lab.name(1), program, *options, "apply", "--root", str(root)]
    return Person(here, EXAMSITE_LANG="")


def test_a_person_is_asked_what_no_machine_can_know_and_ctrl_c_leaves_nothing_half_done(
    lab: Lab, tmp_path: Path
) -> None:
    person = applies(lab, laid_out(tmp_path))
    about_the_machine(person)
    about_headquarters(person)
    person.sees("将要进行")
    person.sees("enrolment")
    person.sees("现在开始吗？")
    assert not (tmp_path / "etc").exists()
    person.types("y")
    # The enrolment waits for headquarters; the person has no time.
    person.sees("请打电话给总部，读出六个词")
    person.presses(CTRL_C)
    assert person.leaves() == 7
    assert "[cut-off]" in person.read
    names = (tmp_path / files.NAMES.lstrip("/")).read_text()
    assert "dhcp-range=10.0.0.50,10.0.0.250" in names
    assert "Name=up0" in (tmp_path / files.ADDRESS.lstrip("/")).read_text()
    assert (tmp_path / TYPED.lstrip("/")).stat().st_mode & 0o777 == 0o600
    goes_on(lab, tmp_path)


def about_the_machine(person: Person) -> None:
    """A mistake is said at once and asked again."""
    person.sees("语言 / Language")
    person.types()
    person.sees("本机在网络中的名称")
    person.types("Exam 1")
    person.sees("host_name 只用小写字母")
    person.sees("本机在网络中的名称")
    person.types("exam-1")
    person.sees("备用")
    person.types("否")
    # Nobody lends addresses here: the machine saw that by itself.
    person.sees("由本机为考试机分配地址吗？ [Y/n]")
    person.types()
    person.sees("本机的地址 [10.0.0.1]")
    person.types("10.0.0.300")
    person.sees("address 不是地址")
    person.types()


def about_headquarters(person: Person) -> None:
    """The bundle comes from a scanner, the first time with a wrong letter."""
    person.sees("扫描登记码")
    typed = to_bytes(bundle_of_nobody()).decode()
    person.types(typed.replace("site-02", "site-03"))
    person.sees("bundle-altered")
    person.sees("扫描登记码")
    person.types(typed)
    person.sees("考点 site-02 示例职业学校")
    person.sees("考场座位表")
    person.types("/nowhere.xlsx")
    person.sees("没有这个文件")
    person.types()


def goes_on(lab: Lab, root: Path) -> None:
    """Run again: what was answered stands as the answer, what is done is not done again."""
    person = applies(lab, root, "--lang", "en")
    for question in ("[exam-1]", "second server", "lend them to the room? [Y/n]", "[10.0.0.1]"):
        person.sees(question)
        person.types()
    person.sees("[" + str(root / TYPED.lstrip("/")))
    person.types()
    person.sees("Site site-02")
    person.types()
    person.sees("This will be done:")
    person.sees("· enrolment")
    person.sees("Begin?")
    person.presses(CTRL_C)
    assert person.leaves() == 7
    assert "[not-agreed]" in person.read
    assert "· firewall" not in person.read


@pytest.mark.parametrize("after", ["Name of this machine", "Begin?"])
def test_before_the_person_agrees_nothing_is_changed(lab: Lab, tmp_path: Path, after: str) -> None:
    before = tree(laid_out(tmp_path))
    person = applies(lab, tmp_path, "--lang", "en")
    if after == "Begin?":
        for question in ("Name of", "second server", "Shall this machine", "Address", "bundle"):
            person.sees(question)
            person.types()
        person.sees("room plan")
        person.types()
    person.sees(after)
    person.presses(CTRL_C)
    assert person.leaves() == 7
    assert "Nothing was changed" in person.read
    assert tree(tmp_path) == before
