"""Ahead of everything: a server that another one took over from answers nothing but that."""

import html
import json
from collections.abc import Iterable
from typing import Any

from siteapp.errors import ServerFenced
from siteapp.site import Site
from siteapp.web.answers import Application, Environ, StartResponse
from siteapp.web.headers import HEADERS


class Fence:
    """Asked before and after: what was decided while the other took over is not acknowledged."""

    def __init__(self, site: Site, behind: Application) -> None:
        self._site = site
        self._behind = behind

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        standby = self._site.standby
        if standby.fenced:
            return self._notice(environ, start_response)
        begun: list[tuple[Any, ...]] = []

        def hold(*given: Any) -> None:
            begun.append(given)

        answer = self._behind(environ, hold)
        if standby.fenced:
            return self._notice(environ, start_response)
        start_response(*begun[-1])
        return answer

    def _notice(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        error = self._site.standby.refusal()
        if "text/html" in environ.get("HTTP_ACCEPT", ""):
            kind, text = "text/html; charset=utf-8", _page(error)
        else:
            kind, text = "application/json", json.dumps({"error": error.to_json()})
        body = text.encode()
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *HEADERS.items()]
        start_response("503 Service Unavailable", headers)
        return [body]


def _page(error: ServerFenced) -> str:
    lines = (error.say("zh"), error.advise("zh"), error.say("en"), error.advise("en"))
    text = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>503</title>{text}</html>'
