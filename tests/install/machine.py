"""A student machine with Chromium, run inside the room's network: signs in, answers, looks.

machine.py ADDRESS HOME '{"admission": …, "secret": …, "seat": …, "answer": [2, 3], "expect": 2}'
"""

import json
import os
import sys
from typing import Any

from browsers import ARGUMENTS, CHROMIUM, PATIENCE_MS
from candidate_page import CandidatePage
from founded import Person
from playwright.sync_api import expect, sync_playwright

from sync.exam.items import Bank


def sit(page: Any, address: str, told: dict[str, Any]) -> None:
    """As a candidate would."""
    person = Person(told["admission"], told["secret"], told["seat"], "", "")
    candidate = CandidatePage(page, address, person, Bank("", {}, {}, {}))
    if told.get("again"):
        # Who has begun is at the paper again at once.
        candidate.sign_in()
    else:
        candidate.enter()
    candidate.on_paper()
    for number in told["answer"]:
        candidate.go(number)
        page.locator("label.option").first.click()
    candidate.expect_saved(told["expect"])


def main() -> None:
    """One candidate at one machine."""
    address, home, told = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        environment: dict[str, str | float | bool] = {**os.environ, "HOME": home}
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, env=environment
        )
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        try:
            sit(page, address, told)
        except BaseException:
            print(page.url, page.locator("body").inner_text()[:1500], file=sys.stderr)
            raise
        print(json.dumps({"secure": page.evaluate("isSecureContext")}))
        browser.close()


if __name__ == "__main__":
    main()
