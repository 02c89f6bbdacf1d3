"""The candidate's page: what it weighs, how soon a slow machine can answer.

`candidate_page_kb`: all that an empty browser fetches from the address to the first question, each
body compressed by gzip, materials left out. With a processor four times slower, the median of
several candidates: `open_ms_throttled` from the address to a sign-in that can be typed into,
`first_page_ms_throttled` from the press that enters to a question that can be answered;
`first_page_cpu_ms_throttled` is the processor time of the page's tasks in it, which other work
on the machine does not lengthen as much.
"""

import gzip
import statistics
import tempfile
from pathlib import Path

from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import Browser, CDPSession, Route
from premises import Person, Premises

CANDIDATES = 5
SLOWER = 4
# Resolves at the page's own time at which something is there and painted.
SEEN = """wanted => new Promise(seen => {
  const look = () => {
    if (!document.querySelector(wanted)) return requestAnimationFrame(look);
    requestAnimationFrame(() => requestAnimationFrame(() => seen(performance.now())));
  };
  look();
})"""
ENTER = """wanted => {
  [...document.querySelectorAll("button")].find(b => b.textContent === wanted).click();
  return performance.now();
}"""


def figures(browser: Browser) -> dict[str, float]:
    """Plays the sitting of a few candidates, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        site = Premises(Path(folder), live=CANDIDATES + 1, media=1)
        try:
            site.furnish()
            site.start_site()
            site.open()
            weighed, *people = site.people["live"]
            weight = weigh(site, browser, weighed)
            times = [waits(site, browser, one) for one in people]
        finally:
            site.close()
    return {
        "candidate_page_kb": round(weight / 1024, 1),
        "open_ms_throttled": round(statistics.median(opening for opening, *_ in times)),
        "first_page_ms_throttled": round(statistics.median(first for _, first, _ in times)),
        "first_page_ms_throttled_worst": round(max(first for _, first, _ in times)),
        "first_page_cpu_ms_throttled": round(statistics.median(busy for *_, busy in times)),
    }


def _page(site: Premises, watch: Watch, person: Person) -> CandidatePage:
    page = watch.machine().new_page()
    return CandidatePage(page, site.address, person, site.bank(person.sitting))


def weigh(site: Premises, browser: Browser, person: Person) -> int:
    """Bytes of everything that is fetched up to the first question, each body compressed."""
    watch = Watch(browser)
    bodies: list[bytes] = []

    def passing(route: Route) -> None:
        # Asked for here: of an answer that the page does not read, its own never comes to an end.
        answer = route.fetch()
        if answer.ok and "/materials/" not in answer.url:
            bodies.append(answer.body())
        route.fulfill(response=answer)

    paper = _page(site, watch, person)
    paper.page.route("**", passing)
    paper.enter()
    paper.page.locator("label.option").first.wait_for()
    weight = sum(len(gzip.compress(body)) for body in bodies)
    paper.page.unroute_all(behavior="ignoreErrors")
    watch.close()
    return weight


def busy_ms(session: CDPSession) -> float:
    """Processor time that the page's tasks have taken."""
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(told["TaskDuration"]) * 1000


def waits(site: Premises, browser: Browser, person: Person) -> tuple[float, float, float]:
    """One candidate at a slow machine: ms to the sign-in, to the first question, busy in that."""
    watch = Watch(browser)
    paper = _page(site, watch, person)
    page = paper.page
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    slow.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    slow.send("Performance.enable")
    page.goto(f"{site.address}/?seat={person.seat}", wait_until="commit")
    opened = float(page.evaluate(SEEN, "#admission"))
    page.fill("#admission", person.admission)
    page.fill("#secret", person.secret)
    paper.press("登录")
    paper.press("信息无误，确认")
    page.check("#commitment")
    before = busy_ms(slow)
    pressed = float(page.evaluate(ENTER, "进入候考"))
    there = float(page.evaluate(SEEN, "label.option input"))
    busy = busy_ms(slow) - before
    watch.close()
    return opened, there - pressed, busy
