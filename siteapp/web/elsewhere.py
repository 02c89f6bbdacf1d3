"""Pages that came from the former server ask this one, which took over: another origin for them.

Only what carries its own token is answered so, and no cookie is looked at: a page of a stranger can
do nothing that it could not do from a machine of its own.
"""

from collections.abc import Iterable
from typing import Any

from siteapp.site import Site
from siteapp.web.answers import Application, Environ, StartResponse

OPEN = ("/api/server", "/api/server/promotion")
CANDIDATE = "/api/candidate/"
SIGN_IN = "/api/candidate/sign-in"
ALLOWED = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type, Upload-Offset, X-Examsite-Seb"),
    ("Access-Control-Expose-Headers", "Retry-After, Upload-Offset"),
    ("Access-Control-Max-Age", "600"),
]
# By these the browser tells another origin's page, or whose browser it is.
AMBIENT = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_COOKIE")


class Elsewhere:
    """Answers pages of the former server; where there is none, nothing changes."""

    def __init__(self, site: Site, behind: Application) -> None:
        self._site = site
        self._behind = behind

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        if not self._site.standby.promotion or not _concerned(environ):
            return self._behind(environ, start_response)
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start_response("204 No Content", ALLOWED)
            return []
        for name in AMBIENT:
            environ.pop(name, None)

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, *ALLOWED], *more)

        return self._behind(environ, start)


def _concerned(environ: Environ) -> bool:
    path = environ["PATH_INFO"]
    if path in OPEN:
        return bool(environ["REQUEST_METHOD"] in ("GET", "OPTIONS"))
    ours = path.startswith(CANDIDATE) and path != SIGN_IN
    bearer = environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer ")
    return bool(ours and (bearer or environ["REQUEST_METHOD"] == "OPTIONS"))
