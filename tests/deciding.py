"""Staff at a running room as a test sees them: acts over the wall's API, by one or by two."""

from collections.abc import Callable

from room import browser
from werkzeug.test import Client

from siteapp.site import Site
from siteapp.staff import Role

AM = "am-1121"
Pass = Callable[[int], None]


def staff(site: Site, name: str, role: Role = "invigilator") -> tuple[Client, str]:
    client, password = browser(site), site.staff.add(name, role)
    client.post("/staff/sign-in", data={"name": name, "password": password})
    return client, password


def act(client: Client, name: str, **given: object) -> tuple[int, dict]:
    answer = client.post(f"/api/room/{AM}/{name}", json=given)
    return answer.status_code, answer.json


def code(answer: tuple[int, dict]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]
