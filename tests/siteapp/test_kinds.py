"""Answers to every kind of item: kept as authored ids, shown again, or refused."""

from collections.abc import Iterator
from typing import Any

import kinds
import pytest
from room import Page, browser, journal, open_room

from siteapp.site import Site


@pytest.fixture
def page(hq, site: Site, tmp_path) -> Iterator[Page]:
    """A candidate who has the paper of all kinds."""
    package = kinds.package(hq, site.identity.certificate, tmp_path)
    open_room(site, package)
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    yield page


def by_choose(page: Page) -> dict[str, dict[str, Any]]:
    return {item["choose"]: item for item in page.items}


def pair(item: dict[str, Any], row: int, option: str) -> str:
    """The reference of the row (as shown) with the option of this text."""
    texts = [one["text"] for one in item["options"]]
    return str(item["rows"][row]["refs"][texts.index(option)])


def answer(page: Page, ref: str, response: object) -> int:
    page.sequence += 1
    one = {"sequence": page.sequence, "item": ref, "response": response}
    status, _ = page.call("POST", "responses", {"instance": page.instance, "saves": [one]})
    return status


def test_each_kind_is_journalled_as_authored_and_shown_again(page: Page, site: Site) -> None:
    shown = by_choose(page)
    order = [pair(shown["order"], n, kinds.TEXTS[o]) for n, o in enumerate("bcad")]
    rows = [row["text"] for row in shown["match"]["rows"]]
    match = [pair(shown["match"], rows.index("中段"), "商品讲解")]
    given = {"truth": [shown["truth"]["options"][1]["ref"]], "gap": "<b>GMV</b>"}
    given |= {"match": match, "order": order}
    for choose, response in given.items():
        assert answer(page, shown[choose]["ref"], response) == 200
    said = {event["item"]: event["response"] for event in journal(site, "response")}
    assert said[kinds.TRUTH.id] == ["b"] and said[kinds.ENTRY.id] == "<b>GMV</b>"
    assert said[kinds.MATCHING.id] == ["1b"]
    assert said[kinds.ORDERING.id] == ["1b", "2c", "3a", "4d"]
    back = page.call("GET", "paper")[1]["responses"]
    for choose, response in given.items():
        found = back[shown[choose]["ref"]]
        assert found == response if choose == "gap" else sorted(found) == sorted(response)


def test_what_does_not_go_together_or_is_too_long_changes_nothing(page: Page, site: Site) -> None:
    shown = by_choose(page)
    match, order, gap = shown["match"], shown["order"], shown["gap"]
    two = [pair(match, 0, "促单"), pair(match, 0, "复盘")]
    twice = [pair(order, 0, "促单"), pair(order, 1, "促单")]
    both = [one["ref"] for one in shown["truth"]["options"]]
    wrongs = [
        (match["ref"], two),
        (match["ref"], [match["options"][0]["ref"]]),
        (order["ref"], twice),
        (order["ref"], [pair(match, 0, "促单")]),
        (shown["truth"]["ref"], both),
        (gap["ref"], "长" * 201),
        (gap["ref"], []),
        (match["ref"], "1b"),
    ]
    assert [answer(page, ref, response) for ref, response in wrongs] == [422] * len(wrongs)
    assert journal(site, "response") == []
