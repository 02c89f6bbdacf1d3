"""What happens in the wings: enrolment, accounts, codes by phone, and the chief's acts."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from provisioning.demo.stage import NO_TLS, Stage
from provisioning.errors import DemoStopped
from sync.wire.files import write_durably

SPARE_SEATS = (41, 42)


@dataclass(frozen=True)
class Passwords:
    """The accounts made for this run; printed so that a person can sign in."""

    officer: str
    admin: str
    chief: str
    invigilator: str


def prepare(stage: Stage) -> Passwords:
    """Set up both sides and introduce them to each other."""
    first = stage.hq_json("init")
    enrol(stage, str(first["password"]))
    (stage.site_folder / "settings.toml").open("a").write(
        "batch_seconds = 3\ncourier_seconds = 1\n"
    )

    def account(name: str, role: str) -> str:
        answer = json.loads(stage.site("users", "add", name, "--role", role, "--json"))
        return str(answer["password"])

    return Passwords(
        officer=first["password"],
        admin=account("admin", "administrator"),
        chief=account("chief", "chief"),
        invigilator=account("invigilator", "invigilator"),
    )


def enrol(stage: Stage, password: str) -> None:
    """The box becomes a site by a bundle and six words; nothing is up yet, so by stick."""
    bundle, stick = stage.folder / "demo.bundle.json", stage.folder / "stick"
    stick.mkdir()
    stage.hq("keys", "rotate", "enrolment", "--root", str(stage.hq_folder / "keys" / "root.key"))
    where = ("--address", stage.hq_address, "--out", str(bundle))
    secret = stage.folder / "officer.password"
    write_durably(secret, password.encode(), 0o600)
    officer = ("--account", "officer", "--password-file", str(secret))
    stage.hq("site", "invite", "demo", "--name", "示例职业学校", *where, *officer)
    asked = stage.setup("enrol", str(bundle), "--stick", str(stick), "--json")
    stage.hq("stick", str(stick))
    stage.hq("site", "confirm", "demo", *json.loads(asked)["words"]["en"], *officer)
    stage.hq("stick", str(stick))
    stage.setup("enrol", str(bundle), "--stick", str(stick))
    bundle.unlink()
    secret.unlink()


def unlock(stage: Stage, session: str) -> None:
    """Two officials read their codes by phone; headquarters' service is not running."""
    codes = stage.hq_json("codes", session)
    stage.site("unlock", session, "--reason", "演示", answers=f"{codes['1']}\n{codes['2']}\n")


class Chief:
    """The chief invigilator at the console."""

    def __init__(self, address: str, passwords: Passwords, session: str) -> None:
        self._session = session
        self._http = httpx.Client(base_url=address, timeout=30, trust_env=False, verify=NO_TLS)
        given = {"name": "chief", "password": passwords.chief}
        answer = self._http.post("/staff/sign-in", data=given)
        if answer.status_code not in (200, 302, 303):
            raise DemoStopped(step="chief", reason=f"sign-in: {answer.status_code}")

    def open(self, sitting: str) -> Any:
        """Open a sitting. Nobody sits at these machines, so no report says that they are ready."""
        return self.act("open", sitting=sitting, reason="演示：没有真实的考试机")

    def act(self, act: str, **given: object) -> Any:
        """One act of the wall."""
        answer = self._http.post(f"/api/room/{self._session}/{act}", json=given)
        if answer.status_code != 200:
            raise DemoStopped(step=act, reason=f"{answer.status_code} {answer.text[:300]}")
        return answer.json()
