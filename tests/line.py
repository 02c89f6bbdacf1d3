"""A candidate's page over a real socket, for `room.Page`."""

import ssl
from typing import Any

import httpx
from werkzeug.wrappers import Response

# For plain HTTP: it trusts nobody, and reads no file of certificates, which takes long for a test.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def get(address: str) -> httpx.Response:
    """One question, without a session."""
    return httpx.get(address, trust_env=False, timeout=30, verify=NO_TLS)


class Line:
    """A browser at the other end of a socket; `base` may change to another server."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx.Client(trust_env=False, timeout=30, verify=NO_TLS)

    def open(
        self,
        path: str,
        *,
        method: str,
        headers: dict[str, str],
        json: Any = None,
        data: bytes | None = None,
    ) -> Response:
        """As of werkzeug's test client."""
        url = self.base + path
        answer = self.http.request(method, url, json=json, content=data, headers=headers)
        kind = answer.headers.get("Content-Type")
        return Response(answer.content, answer.status_code, content_type=kind)
