"""Rescue files as a candidate's page makes them, and as nobody's page does."""

import base64
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from room import Page

from siteapp.site import Site
from sync.wire import canonical
from sync.wire.rescue import MADE_FOR

SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
AM = "am-1121"


def base(raw: bytes) -> str:
    """Base64."""
    return base64.b64encode(raw).decode()


def rescue_file(
    keys: dict[str, str], attempt: str, instance: str, saves: Sequence[dict[str, Any]]
) -> bytes:
    """What a page with these keys of its sign-in seals."""
    content = {"attempt": attempt, "instance": instance, "session": keys["session"]}
    body = canonical.encode({**content, "saves": [*saves]}).decode()
    mac = hmac.digest(base64.b64decode(keys["mac"]), MADE_FOR + body.encode(), "sha256")
    inside = canonical.encode({"body": body, "mac": base(mac)})
    public = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), base64.b64decode(keys["key"])
    )
    sealed = SUITE.encrypt(inside, public, info=MADE_FOR + keys["site"].encode())
    outside = {"kind": "examsite-rescue", "sealed": base(sealed), "version": 1}
    return canonical.encode({**outside, "site": keys["site"]})


class Machine:
    """A candidate's machine: its page, the keys of its sign-in, and what it kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.page.begin()
        _, again = page.sign_in()
        self.keys: dict[str, str] = again["rescue"]
        self.attempt: str = again["attempt"]

    def kept(self, *numbers: int, option: int = 0) -> list[dict[str, Any]]:
        """Saves by sequence, one item each."""
        items = [self.page.items[n] for n in numbers]
        return [
            {"item": i["ref"], "response": [i["options"][option]["ref"]], "sequence": n}
            for n, i in zip(numbers, items, strict=True)
        ]

    def file(self, saves: Sequence[dict[str, Any]], **other: str) -> bytes:
        """The rescue file of these saves; `other` are keys that are not its own."""
        return rescue_file(self.keys | other, self.attempt, self.page.instance, saves)

    def offer(self, *sequences: int) -> str:
        """What the server wants done with a sealed copy of these."""
        body = {"instance": self.page.instance, "sequences": list(sequences)}
        answer = self._post("/offer", data=json.dumps(body), content_type="application/json")
        return str(answer["do"])

    def send(self, file: bytes) -> dict[str, Any]:
        """Hand over a sealed copy; the answer, or its error."""
        return self._post("", data=file)

    def _post(self, path: str, **given: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.keys['ticket']}"}
        answer = self.page.client.post(f"/api/candidate/rescue{path}", headers=headers, **given)
        said: dict[str, Any] = answer.get_json()
        return said.get("error", said)


def responses(site: Site) -> list[int]:
    """The sequence numbers of all responses in the journal."""
    events = site.live.events(AM)
    return [e.body["sequence"] for e in events if e.kind == "response"]
