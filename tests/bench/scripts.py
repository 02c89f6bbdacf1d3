"""What candidates do, as scripts for a crowd."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crowd import Answer, Script


def request(method: str, path: str, token: str = "", body: Any = None) -> bytes:
    """The bytes of a request as a browser would send it; a body is text already or is encoded."""
    text = body if isinstance(body, str) else json.dumps(body) if body is not None else ""
    head = [f"{method} /api/candidate/{path} HTTP/1.1", "Host: exam.local", "Accept: */*"]
    head += [
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0",
        "Accept-Encoding: gzip, deflate",
        "Accept-Language: zh-CN,zh;q=0.9,en;q=0.8",
    ]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if text:
        head += ["Content-Type: application/json", f"Content-Length: {len(text.encode())}"]
    return "\r\n".join([*head, "", text]).encode()


def checked(answer: Answer) -> Any:
    """The body of a 200; anything else ends the benchmark."""
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")
    return json.loads(answer.body)


@dataclass
class Sitter:
    """One candidate: after `enter` with a token and the items of the paper."""

    candidate: Any
    token: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    sequence: int = 0
    paper_bytes: int = 0

    def enter(self) -> Script:
        """Sign in, confirm, start, read the whole paper."""
        given = {
            "admission": self.candidate.admission,
            "secret": self.candidate.identity[-6:],
            "seat": self.candidate.seat,
            "instance": "bench",
        }
        self.token = checked((yield request("POST", "sign-in", body=given)))["token"]
        checked((yield request("POST", "confirm", self.token, {})))
        checked((yield request("POST", "start", self.token, {})))
        answer = yield request("GET", "paper", self.token)
        self.paper_bytes = len(answer.body)
        self.items = [item for part in checked(answer)["parts"] for item in part["items"]]

    def save(self) -> Script:
        """One save after another without end; each must be acknowledged by its number."""
        for bytes_of in self._saves():
            answer = yield bytes_of
            if answer != (200, b'{"saved":[%d]}' % self.sequence):
                raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")

    def _saves(self) -> Iterator[bytes]:
        # The number has a fixed width, so a request costs the crowd one replacement.
        templates = []
        for item in self.items:
            save = {
                "sequence": 1111111,
                "item": item["ref"],
                "response": [item["options"][0]["ref"]],
            }
            body = {"instance": "bench", "saves": [save]}
            templates.append(request("POST", "responses", self.token, json.dumps(body)))
        while True:
            for template in templates:
                self.sequence += 1
                yield template.replace(b"1111111", b"%7d" % self.sequence)
