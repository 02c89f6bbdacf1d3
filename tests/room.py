"""A candidate's page as a test sees it: HTTP calls against the site's WSGI application."""

import json
from functools import lru_cache
from typing import Any

import world
from werkzeug.test import Client

from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.staff import Role
from siteapp.store.writer import Decision
from siteapp.web.app import create_app


class Page:
    """One candidate's browser: signs in, reads the paper, saves, hands in."""

    def __init__(self, client: Client, candidate: Any, instance: str = "abc123") -> None:
        self.client, self.candidate, self.instance = client, candidate, instance
        self.token = ""
        self.sequence = 0
        self.items: list[dict[str, Any]] = []

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one request."""
        answer = self.client.open(
            f"/api/candidate/{path}",
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
        )
        return answer.status_code, json.loads(answer.get_data() or b"{}")

    def sign_in(self, seat: int | None = None, secret: str | None = None) -> tuple[int, Any]:
        """POST sign-in with what the admission ticket says."""
        status, body = self.call(
            "POST",
            "sign-in",
            {
                "admission": self.candidate.admission,
                "secret": secret or self.candidate.identity[-6:],
                "seat": seat or self.candidate.seat,
                "instance": self.instance,
            },
        )
        self.token = body.get("token", self.token)
        return status, body

    def begin(self) -> None:
        """Sign in, confirm, start and read the paper."""
        assert self.sign_in()[0] == 200
        assert self.call("POST", "confirm", {})[0] == 200
        assert self.call("POST", "start", {})[0] == 200
        status, paper = self.call("GET", "paper")
        assert status == 200
        self.items = [item for part in paper["parts"] for item in part["items"]]

    def save(self, number: int, option: int = 0, sequence: int | None = None) -> tuple[int, Any]:
        """Take one option of one item."""
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        item = self.items[number]
        one = {
            "sequence": sequence,
            "item": item["ref"],
            "response": [item["options"][option]["ref"]],
        }
        return self.call("POST", "responses", {"instance": self.instance, "saves": [one]})

    def hand_in(self) -> tuple[int, Any]:
        """Hand in with the last sequence number."""
        body = {"instance": self.instance, "last_sequence": self.sequence, "how": "candidate"}
        return self.call("POST", "hand-in", body)


# As on the day, one application serves every browser: making its routes costs a tenth of a second.
application = lru_cache(maxsize=2)(create_app)


def browser(site: Site) -> Client:
    """A client of the site's application."""
    return Client(application(site))


def open_room(site: Site, package: world.Package) -> None:
    """Receive and unlock the package, open both sittings."""
    site.shelf.receive(package.path)
    session = site.live.session(package.plan.id)
    site.shelf.unlock(session, package.codes)
    for sitting in package.plan.sittings:
        open_sitting(site, package.plan.id, sitting.id)


def open_sitting(site: Site, session: str, sitting: str) -> None:
    """Open one sitting as the chief invigilator."""
    live = site.live
    live.act(live.session(session), lambda s: Decision(acts.open_sitting(s, sitting, "chief")))


def close_sitting(site: Site, session: str, sitting: str) -> None:
    """Close one sitting as the chief invigilator."""
    live = site.live
    of = site.shelf.items_by_form(live.session(session))
    live.act(live.session(session), lambda s: Decision(acts.close_sitting(s, sitting, "chief", of)))


def staff_browser(site: Site, role: Role, name: str = "") -> Client:
    """A browser with a new member of staff signed in."""
    client = browser(site)
    password = site.staff.add(name or role, role)
    client.post("/staff/sign-in", data={"name": name or role, "password": password})
    return client


def journal(site: Site, kind: str, session: str = "am-1121") -> list[dict[str, Any]]:
    """The bodies of one kind of events, as they are on disk."""
    return [event.body for event in site.live.events(session) if event.kind == kind]
