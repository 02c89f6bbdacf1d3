"""A page that is told to wait: it keeps the answer, waits, and sends it again."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from candidate_page import Sit
from playwright.sync_api import Page, Response
from premises import Premises, counted

PATH = "/api/candidate/responses"


def statuses(page: Page) -> list[int]:
    """What the page's saves are answered from now on; grows as they are."""
    found: list[int] = []

    def note(answer: Response) -> None:
        if answer.url.endswith(PATH):
            found.append(answer.status)

    page.on("response", note)
    return found


@contextmanager
def flooded(address: str, token: str, body: dict) -> Iterator[None]:
    """A script with this candidate's token sends one save again and again."""
    over = threading.Event()
    headers = {"Authorization": token}

    def flood() -> None:
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as http:
            many = body | {"saves": body["saves"] * 200}
            while http.post(PATH, json=many, headers=headers).status_code == 200:
                pass
            empty.set()
            while not over.is_set():
                http.post(PATH, json=body, headers=headers)

    empty = threading.Event()
    thread = threading.Thread(target=flood)
    thread.start()
    assert empty.wait(30)
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_an_answer_that_is_told_to_wait_is_sent_again_and_counts(site: Premises, sit: Sit) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    with page.page.expect_request(f"**{PATH}") as first:
        page.answer(1)
    page.expect_saved(1)
    told = statuses(page.page)
    sent = first.value
    script = flooded(site.address, sent.headers["authorization"], json.loads(sent.post_data or ""))
    number, status = 1, 200
    with script:
        # The script takes what there is, ten a second; now and then an answer slips in between.
        while status == 200:
            number += 1
            with page.page.expect_response(lambda r: r.url.endswith(PATH)) as answered:
                page.answer(number)
            status = answered.value.status
    assert status == 429
    page.expect_saved(number)
    assert told[-1] == 200
    page.hand_in()
    assert counted(site.journal(), page.person) == page.taken.options
