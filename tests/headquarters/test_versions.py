"""The version that sites must have: who may say so, signed, recorded, and laid on sticks."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from desk_world import BY, NOW, Clock, Desk, Page
from flask.testing import FlaskClient
from sqlalchemy import select

from sync.headquarters.cli import main
from sync.headquarters.errors import VersionRefused
from sync.headquarters.intake import stick_desk
from sync.headquarters.register import staff, versions
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.schema import audit
from sync.headquarters.web.app import create_app
from sync.wire import documents
from sync.wire.keys import VerifyKey
from sync.wire.version_rule import VersionRule, allows


def served(desk: Desk, client: FlaskClient) -> VersionRule:
    """What a site reads, by the receipt key that its certificate names."""
    key = VerifyKey.from_bytes(desk.hq.keys.public().receipt)
    return documents.read(client.get("/api/v1/version").data, VersionRule, [key])


def test_a_rule_is_signed_served_and_recorded_and_the_newest_counts(
    desk: Desk, client: FlaskClient
) -> None:
    assert client.get("/api/v1/version").status_code == 404
    versions.require(desk.hq, BY, "1.2.0", "修复保存")
    versions.require(desk.hq, Stamp("second", NOW + 1), " 1.1 ", "1.2.0 有误")
    rule = served(desk, client)
    assert (rule.serial, rule.oldest, rule.reason, rule.at) == (2, "1.1", "1.2.0 有误", NOW + 1)
    assert [(r.oldest, who) for r, who in versions.history(desk.hq)] == [
        ("1.1", "second"),
        ("1.2.0", BY.who),
    ]
    with desk.hq.store.reading() as db:
        acts = [row.act for row in db.execute(select(audit)) if row.act == "version.require"]
    assert len(acts) == 2


@pytest.mark.parametrize(
    ("oldest", "reason"),
    [("", "x"), ("1", "x"), ("v1.2", "x"), ("1.2rc1", "x"), ("1.2.3.4.5", "x"), ("1.2", " "),
     ("1.2", "x" * 201), ("99999.1", "x")],
)  # fmt: skip
def test_what_is_no_version_or_says_no_reason_is_refused(
    desk: Desk, client: FlaskClient, oldest: str, reason: str
) -> None:
    with pytest.raises(VersionRefused):
        versions.require(desk.hq, BY, oldest, reason)
    assert client.get("/api/v1/version").status_code == 404


@pytest.mark.parametrize(
    ("version", "allowed"),
    [("1.2.0", True), ("1.2", True), ("1.10.0", True), ("1.1.9", False), ("0.9", False),
     ("1.2.0.dev3", True), ("2.0rc1", True), ("unknown", None), ("", None)],
)  # fmt: skip
def test_versions_are_compared_by_their_numbers(version: str, allowed: bool | None) -> None:
    assert allows(VersionRule(1, "1.2.0", "x", 1), version) is allowed


def test_an_officer_sets_it_on_the_page_and_an_auditor_only_looks(
    desk: Desk, officer: Page, clock: Clock
) -> None:
    given = {"oldest": "1.2.0", "reason": "<b>修复</b>"}
    assert officer.client.post("/versions", data=given).status_code == 303
    shown = officer.get("/versions")
    assert "1.2.0" in shown
    assert "&lt;b&gt;修复&lt;/b&gt;" in shown
    assert officer.client.post("/versions", data=given | {"oldest": "x"}).status_code == 422
    password = staff.add_member(desk.hq, BY, "looker", ("auditor",))
    looker = Page(create_app(desk.hq, clock).test_client(), "looker", password)
    assert looker.client.post("/versions", data=given).status_code == 403
    assert 'name="oldest"' not in looker.get("/versions")


def test_the_shell_asks_who_it_is_and_a_stick_takes_the_rule_along(
    desk: Desk, tmp_path: Path, client: FlaskClient
) -> None:
    password = tmp_path / "password"
    password.write_text(staff.add_member(desk.hq, BY, "lin", ("exam-officer",)))
    who = ["--account", "lin", "--password-file", str(password)]
    words = ["--data", str(desk.hq.folder), "--lang", "en", "version"]
    given = [*words, "require", "1.2.0", "--reason", "x", *who]
    assert "1.2.0" in CliRunner().invoke(main, given).stdout
    assert "1.2.0" in CliRunner().invoke(main, [*words, "list"]).stdout
    password.write_text("wrong")
    assert CliRunner().invoke(main, given).exit_code != 0
    assert served(desk, client).serial == 1
    stick = tmp_path / "stick"
    stick.mkdir()
    stick_desk.exchange(desk.hq, stick, NOW)
    assert (stick / "examsite" / "version.json").read_bytes() == versions.newest(desk.hq)
