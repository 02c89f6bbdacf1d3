"""The reference page of routes: what each service answers, and to whom."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from siteapp.site import Site
from siteapp.web import answers, drill_door
from siteapp.web.app import create_flask
from siteapp.web.guard import CANDIDATE, ROLE_ATTRIBUTE, ROOM
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.web.app import create_app
from sync.headquarters.web.guard import ATTRIBUTE

# Added by every web server for each GET; nobody needs to read them.
IMPLIED = {"HEAD", "OPTIONS"}
OWN = "A file of the service's own, as its pages need it."
SAVING = "Saves, committed durably before the answer; a repeat is harmless."
DRILLING = "The same for a page of the drill, by the token that it got when it joined."


class Route(NamedTuple):
    """One method on one path, the roles that may use it, and its contract in words."""

    path: str
    method: str
    roles: tuple[str, ...]
    says: str = ""


def site_routes() -> list[Route]:
    """All routes of the site, with the answer path that stands before Flask."""
    # Applications look at what they serve only when a request comes.
    app = create_flask(cast(Site, None))
    saves = Route(answers.PATH, "POST", (CANDIDATE,), SAVING)
    drilled = Route(drill_door.PATH, "POST", (ROOM,), DRILLING)
    return sorted([*declared(app, ROLE_ATTRIBUTE), saves, drilled])


def headquarters_routes() -> list[Route]:
    """All routes of headquarters."""
    return sorted(declared(create_app(cast(Headquarters, None)), ATTRIBUTE))


def declared(app: Any, attribute: str) -> Iterator[Route]:
    """The routes of a Flask application with what its views say of roles."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        roles, says = getattr(view, attribute, ()), (view.__doc__ or OWN).partition("\n")[0]
        for method in set(rule.methods) - IMPLIED:
            yield Route(rule.rule, method, tuple(roles), says)
