"""A simulated candidate: sits a theory paper over HTTP, with the faults of a real room."""

import http.client
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from provisioning.demo.stage import NO_TLS
from provisioning.demo.told import Told
from provisioning.errors import DemoStopped

Manner = Literal["steady", "repeats", "reorders", "drops", "moves"]
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Acknowledged:
    """One save that the site said is on its disk; option ids are those of the bank."""

    attempt: str
    instance: str
    sequence: int
    item: str
    response: tuple[str, ...]


@dataclass
class SimulatedCandidate:
    """One person at one machine. `sit` returns the receipt code."""

    address: str
    told: Told
    manner: Manner
    move_me: Callable[[str], int]
    saved: Callable[[], None]
    ledger: list[Acknowledged] = field(default_factory=list)
    repeats: int = 0
    fenced: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random("manner" + self.told.admission)  # noqa: S311
        self._http = httpx.Client(base_url=self.address, timeout=30, trust_env=False, verify=NO_TLS)
        self._seat = self.told.seat
        self._new_page()

    def _new_page(self) -> None:
        self._instance = f"{self._chance.getrandbits(48):012x}"
        self._sequence = 0
        self._token = ""

    def sit(self) -> str:
        """Sign in, answer everything as told, hand in."""
        with self._http:
            self._enter()
            items = self._paper()
            half = len(items) // 2
            self._answer(items[:half])
            if self.manner == "moves":
                self._move(items)
            self._answer(items[half:])
            last = {"instance": self._instance, "last_sequence": self._sequence, "how": "candidate"}
            return str(self._post("hand-in", last)["receipt"])

    def _enter(self) -> None:
        self._sign_in()
        self._post("confirm", {})
        until = time.monotonic() + PATIENCE_S
        while not self._get("state")["open"]:
            if time.monotonic() > until:
                raise DemoStopped(step="start", reason="the sitting was not opened")
            time.sleep(0.1)
        self._post("start", {})

    def _sign_in(self) -> None:
        told = self.told
        given = {"admission": told.admission, "secret": told.secret, "seat": self._seat}
        answer = self._post("sign-in", given | {"instance": self._instance})
        self._token, self._attempt = answer["token"], answer["attempt"]

    def _paper(self) -> list[dict[str, Any]]:
        paper = self._get("paper")
        return [item for part in paper["parts"] for item in part["items"]]

    def _move(self, items: list[dict[str, Any]]) -> None:
        """The machine dies: another seat, a new page; the old page's late save must be refused."""
        self._seat = self.move_me(self.told.admission)
        late = self._request("responses", self._body([self._save(items[0])]))
        if late.status_code != 409:
            raise DemoStopped(step="move", reason=f"the old seat was answered {late.status_code}")
        self.fenced += 1
        self._new_page()
        self._sign_in()
        again = {item["ref"] for item in self._paper()}
        if again != {item["ref"] for item in items}:
            raise DemoStopped(step="move", reason="another paper at the new seat")

    def _answer(self, items: list[dict[str, Any]]) -> None:
        saves = [self._save(item) for item in items if self.told.answer(item["stem"])]
        if self.manner == "reorders":
            self._chance.shuffle(saves)
        for save in saves:
            if self.manner == "drops" and self._chance.random() < 0.3:
                # The cable goes after the request left: nobody knows whether it arrived.
                self._send_and_hang_up(self._body([save[0]]))
            self._acknowledged([save])
            if self.manner == "repeats" and self._chance.random() < 0.3:
                self.repeats += 1
                self._acknowledged([save], repeated=True)

    def _save(self, item: dict[str, Any]) -> tuple[dict[str, Any], str, tuple[str, ...]]:
        """A save for the page, with the bank's ids for the ledger."""
        texts = self.told.answer(item["stem"])
        authored = self.told.items[item["stem"]]
        self._sequence += 1
        refs = [option["ref"] for option in item["options"] if option["text"] in texts]
        taken = tuple(sorted(o for o, text in authored.options.items() if text in texts))
        save = {"sequence": self._sequence, "item": item["ref"], "response": refs}
        return save, authored.id, taken

    def _acknowledged(
        self, saves: list[tuple[dict[str, Any], str, tuple[str, ...]]], repeated: bool = False
    ) -> None:
        answer = self._request("responses", self._body([one[0] for one in saves]))
        self._check(answer, "responses")
        held = set(answer.json()["saved"])
        for save, item, taken in saves:
            if save["sequence"] in held and not repeated:
                number = save["sequence"]
                self.ledger.append(Acknowledged(self._attempt, self._instance, number, item, taken))
                self.saved()

    def _body(self, saves: list[Any]) -> dict[str, Any]:
        return {
            "instance": self._instance,
            "saves": [one[0] if isinstance(one, tuple) else one for one in saves],
        }

    def _send_and_hang_up(self, body: dict[str, Any]) -> None:
        self.repeats += 1
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=10)
        path, text = "/api/candidate/responses", json.dumps(body)
        connection.request("POST", path, text, {"Authorization": f"Bearer {self._token}"})
        connection.close()

    def _get(self, path: str) -> Any:
        answer = self._http.get(f"/api/candidate/{path}", headers=self._headers())
        return self._check(answer, path)

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._check(self._request(path, body), path)

    def _request(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self._http.post(f"/api/candidate/{path}", json=body, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _check(self, answer: httpx.Response, path: str) -> Any:
        if answer.status_code != 200:
            step = f"{self.told.admission} {path}"
            raise DemoStopped(step=step, reason=f"{answer.status_code} {answer.text[:300]}")
        return answer.json()
