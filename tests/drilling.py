"""A machine's page in a drill as a test sees it, and drills whose steps take no minutes."""

from typing import Any

from room import browser, staff_browser
from werkzeug.test import Client

from siteapp.readiness.drill import Times
from siteapp.site import Site

SHORT = Times(every=200, paced=0, pace=100, burst_ahead=0, full=0, longest=60_000)


class Machine:
    """One check page: joins, saves, tells. `client` is a `Client` or a `Line`."""

    def __init__(self, client: Any, seat: int) -> None:
        self.client, self.seat, self.instance = client, seat, f"i{seat}"
        self.sequence = self.acknowledged = self.waited = self.part = 0
        self.token = ""

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.open(f"/api/drill/{path}", method="POST", json=body, headers=headers)
        return answer.status_code, answer.json

    def join(self) -> "Machine":
        """Take part."""
        status, said = self.post("join", {"seat": self.seat, "instance": self.instance})
        assert status == 200, said
        self.token, self.part = said["token"], said["orders"]["part"]
        return self

    def write(self, size: int = 20) -> None:
        """One more answer; it waits until `send`."""
        self.sequence += 1
        self.size = size

    def send(self) -> int:
        """All that waits, each in its request, until one is refused; the last status."""
        status = 200
        while self.acknowledged < self.sequence and status == 200:
            number = self.acknowledged + 1
            save = {"sequence": number, "item": "q1", "response": str(number) * self.size}
            status, _ = self.post("responses", {"instance": self.instance, "saves": [save]})
            self.acknowledged += status == 200
        self.waited = max(self.waited, self.sequence - self.acknowledged)
        return status

    def tell(self, **more: Any) -> dict[str, Any]:
        """What the page saw; what it is to do."""
        said = {
            "part": self.part,
            "made": self.sequence,
            "acknowledged": self.acknowledged,
            "waited": self.waited,
            "paced": self.sequence,
            "burst": 1,
            "times": [3, 4],
        }
        status, orders = self.post("told", said | more)
        assert status == 200, orders
        if orders["part"] != self.part:
            self.part, self.waited = orders["part"], 0
        return dict(orders)

    def work(self, size: int = 20) -> int:
        """Write, send and tell."""
        self.write(size)
        status = self.send()
        self.tell()
        return status


def drilled(site: Site, seats: range) -> tuple[Client, list[Machine]]:
    """An administrator who has begun a drill, and machines that have joined it."""
    site.drill.times = SHORT
    admin = staff_browser(site, "administrator")
    answer = admin.post("/api/drill/start", json={})
    assert answer.status_code == 200, answer.json
    client = browser(site)
    return admin, [Machine(client, seat).join() for seat in seats]


def begin(admin: Client, step: str, machines: list[Machine]) -> None:
    """Begin a step, and let every page hear of it."""
    answer = admin.post(f"/api/drill/steps/{step}/begin", json={})
    assert answer.status_code == 200, answer.json
    for one in machines:
        one.tell()


def step(admin: Client, name: str) -> dict[str, Any]:
    """One step as the page shows it."""
    steps = admin.get("/api/drill").json["steps"]
    return dict(next(one for one in steps if one["step"] == name))


def met(shown: dict[str, Any]) -> dict[str, bool]:
    """Its proofs."""
    return {proof["code"]: proof["met"] for proof in shown["proofs"]}
