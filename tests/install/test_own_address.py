"""A room without a router: the box takes its own address, by Debian's real systemd-networkd.

Run by `make test-install`; needs root and debootstrap, and no package of ours.
"""

from collections.abc import Iterator

import pytest
from nspawned import INSIDE, Container, booted, cabled, missing
from together import wait_until

from provisioning.setup import files

OWN = "10.0.0.1"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Container, str]]:
    """Booted, with a card that has an address by other means; and the card's name."""
    folder = tmp_path_factory.mktemp("own")
    with booted(folder / "machine") as container, cabled(container):
        shown = container.run("ip", "-br", "addr", "show", "to", INSIDE).split()[0]
        yield container, shown.partition("@")[0]


def test_the_card_gets_the_address_keeps_its_other_and_has_it_after_the_cable_was_out(
    machine: tuple[Container, str],
) -> None:
    container, card = machine
    has = lambda: container.run("ip", "-br", "addr", "show", "dev", card)  # noqa: E731
    container.run("systemctl", "restart", "systemd-networkd")
    # The control: without our file the card has it not.
    assert OWN not in has()
    container.run("mkdir", "-p", "/etc/systemd/network")
    text = files.address(card, OWN).replace("'", "")
    container.run("sh", "-c", f"printf '%s' '{text}' > {files.ADDRESS}")
    container.run("systemctl", "restart", "systemd-networkd")
    wait_until(lambda: f"{OWN}/24" in has(), "the address")
    assert INSIDE in has()
    container.run("ip", "link", "set", card, "down")
    container.run("ip", "link", "set", card, "up")
    wait_until(lambda: f"{OWN}/24" in has(), "the address again")
