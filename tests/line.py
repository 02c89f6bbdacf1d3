"""A candidate's page over a real socket, for `room.Page`."""

from typing import Any

import httpx
from werkzeug.wrappers import Response


class Line:
    """A browser at the other end of a socket, for `Page`."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, trust_env=False, timeout=30)

    def open(self, path: str, *, method: str, json: Any, headers: dict[str, str]) -> Response:
        """As of werkzeug's test client."""
        answer = self.http.request(method, path, json=json, headers=headers)
        return Response(answer.content, answer.status_code)
