"""Requests in one piece: each is answered in turn, and no refusal among them stops the rest."""

import json
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest
import world
from flooding import (
    Machine,
    flood,
    for_seconds,
    hang_up,
    neighbours,
    post,
    raw,
    save_beside,
    served,
)
from room import Page

SAVES = "/api/candidate/responses"
# As it was: what is refused while answers are sent asks for the lock that is held meanwhile.
REENTRANT = """
from siteapp.web import lane

def report(self, channel, outcome):
    self._done.append((channel, outcome))
    channel.server.trigger.pull_trigger(self._send)

lane.AnswerLane._report = report
"""


def statuses(connection: socket, many: int) -> list[int]:
    """The next so many answers of a connection."""
    stream = connection.makefile("rb")

    def one() -> Iterator[int]:
        for _ in range(many):
            first = stream.readline()
            if not first:
                raise ConnectionError
            yield int(first.split()[1])
            length = 0
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            stream.read(length)

    return list(one())


def save(page: Page, number: int) -> bytes:
    """A save as it travels."""
    item = page.items[0]
    saves = [{"sequence": number, "item": item["ref"], "response": [item["options"][0]["ref"]]}]
    body = json.dumps({"instance": page.instance, "saves": saves}).encode()
    return post(SAVES, page.token, len(body), body)


NOBODY = post(SAVES, "nobody", 2, b"{}")


def test_saves_and_refusals_in_one_piece_are_answered_in_turn(
    open_folder: Path, open_package: world.Package
) -> None:
    mine, *others = open_package.plan.candidates
    with served(open_folder) as address:
        page = Page(Machine(address, "127.0.0.9"), mine, "piped")
        page.begin()
        bad = post(SAVES, page.token, 2, b"{}")
        with raw(address) as connection:
            connection.sendall(save(page, 1) + NOBODY + bad + save(page, 2) + NOBODY)
            assert statuses(connection, 5) == [200, 401, 422, 200, 401]
        for other in neighbours(address, others):
            assert other.save(0)[0] == 200


def beside(folder: Path, package: world.Package, patch: str) -> list[int]:
    """What the neighbours were told beside refused requests by twos and threes."""
    with served(folder, patch) as address:
        pages = neighbours(address, package.plan.candidates)
        for page in pages:
            page.client.http.timeout = 3

        def pipe() -> None:
            with raw(address) as connection:
                connection.sendall(NOBODY * 3)
                statuses(connection, 3)
                connection.sendall(NOBODY * 2)
                hang_up(connection)

        with flood([pipe] * 4):
            return save_beside(pages, for_seconds(3)).statuses


def test_refused_requests_in_one_piece_hold_up_nobody(
    open_folder: Path, open_package: world.Package
) -> None:
    assert set(beside(open_folder, open_package, "")) == {200}


@pytest.mark.long
def test_a_server_that_such_requests_stop_would_be_noticed(
    open_folder: Path, open_package: world.Package
) -> None:
    assert 200 not in beside(open_folder, open_package, REENTRANT)[-4:]
