"""Two people at the shell: each proves who it is; the shell's user name proves nothing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from desk_world import Box
from enrolling import ready
from typed import ROSTER, Shell, publish, register, session, signing

from sync.headquarters.cli import main
from sync.headquarters.planning.samples import copy_samples
from sync.headquarters.register import invitations
from sync.headquarters.store.folder import open_headquarters


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell at a headquarters that is set up."""
    made = Shell(tmp_path)
    made.run("init")
    return made


def test_two_officers_agree_at_the_shell_each_by_their_own_password(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    copy_samples(shell.folder)
    shell.run("roster", "import", shell.file("roster-530051-junior.xlsx"), *ROSTER)
    publish(shell)
    for _ in range(2):
        assert "1 of 2 agree" in shell.run("online-unlock", "morning", *shell.officer("li")).stdout
    shell.officer("wang")
    typed = Path(shell.file("wang.password")).read_text()
    arguments = ["--data", shell.file("hq"), "--lang", "en", "online-unlock", "morning"]
    said = CliRunner().invoke(main, [*arguments, "--account", "wang"], input=typed)
    assert "2 of 2 agree: li、wang" in said.stdout
    assert typed.strip() not in said.output


def test_who_cannot_prove_to_be_an_officer_signs_nothing(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = str(shell.folder / "hq" / "keys" / "release-1.key")
    li, clerk = shell.officer("li"), shell.officer("clerk", "exam-officer")
    monkeypatch.setenv("LOGNAME", "li")
    for act in (("publish", "morning", "--key", key), ("online-unlock", "morning")):
        shell.refuse("sign-in-refused", 10, *act, "--account", "li", *clerk[2:])
        shell.refuse("sign-in-refused", 10, *act, "--account", "nobody", *li[2:])
        shell.refuse("not-allowed", 10, *act, *clerk)
        assert "--account" in shell.run(*act, status=2).stderr
        # The control: by their own password they come as far as the session that is not there.
        shell.refuse("not-found", 9, *act, *li)


def test_one_officer_with_both_keys_is_not_two_at_the_shell(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    copy_samples(shell.folder)
    shell.run("roster", "import", shell.file("roster-530051-junior.xlsx"), *ROSTER)
    shell.run(*signing(shell, 1))
    second = signing(shell, 2)
    shell.refuse("second-officer-needed", 10, *second[:4], *shell.officer("officer-1"))
    assert "published" in shell.run(*second).stdout


def test_wrong_passwords_at_the_shell_are_made_to_wait(shell: Shell) -> None:
    li = shell.officer("li")
    Path(shell.file("wrong")).write_text("guess")
    wrong = ("online-unlock", "morning", "--account", "li", "--password-file", shell.file("wrong"))
    for _ in range(5):
        shell.refuse("sign-in-refused", 10, *wrong)
    shell.refuse("too-many-tries", 10, *wrong)
    shell.refuse("too-many-tries", 10, "online-unlock", "morning", *li)


def invite(shell: Shell, account: tuple[str, ...]) -> str:
    """A bundle for another box of the site; its number."""
    given = ("--name", "示例考点", "--address", "https://hq.example", "--out", shell.file("bundle"))
    said = shell.run("site", "invite", "site-01", *given, *account, "--json").stdout
    return str(json.loads(said)["invitation"])


def test_one_officer_replaces_no_box_at_the_shell_by_another_name(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(shell, Box())
    hq = open_headquarters(shell.folder / "hq")
    ready(hq)
    li, wang = shell.officer("li", "exam-officer"), shell.officer("wang", "exam-officer")
    monkeypatch.setenv("LOGNAME", "li")
    number = invite(shell, li)
    monkeypatch.setenv("LOGNAME", "wang")
    shell.refuse("second-person-needed", 10, "site", "allow", number, *li)
    shell.refuse("sign-in-refused", 10, "site", "allow", number, "--account", "wang", *li[2:])
    auditor = shell.officer("audit", "auditor")
    shell.refuse("not-allowed", 10, "site", "allow", number, *auditor)
    for act in (("allow", number), ("withdraw", number), ("confirm", "site-01", "abandon")):
        assert "--account" in shell.run("site", *act, status=2).stderr
    shell.run("site", "allow", number, *wang)
    (found,) = (one for one in invitations.list_invitations(hq, 10) if one.id == number)
    hq.close()
    assert (found.made_by, found.allowed_by) == ("li", "wang")


def test_a_certificate_by_hand_replaces_no_box(shell: Shell) -> None:
    register(shell, Box())
    Path(shell.file("other")).write_bytes(Box().request())
    given = (shell.file("other"), "--name", "示例考点", "--out", shell.file("c"))
    clerk = shell.officer("clerk", "exam-officer")
    said = shell.refuse("site-has-a-box", 10, "site", "register", *given, "--id", "site-01", *clerk)
    assert "two officers" in said
    assert not Path(shell.file("c")).exists()
    # The control: it is the box that stands in the way.
    shell.run("site", "register", *given, "--id", "site-02", *clerk)
