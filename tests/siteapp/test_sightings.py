"""One list of machines: what joins two sightings, and what never does."""

from siteapp.lan.sightings import LIVE_MS, SWAPPED_MS, Machine, Sighting, merge

NOW = 10_000_000
A, B = "10.0.0.5", "10.0.0.6"
MAC_A, MAC_B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


def page(address: str, marker: str, seat: int = 0, ago: int = 0, since: int = 0) -> Sighting:
    at = NOW - ago
    return Sighting("browser", address, at, since or at, marker=marker, seat=seat)


def agent(address: str, name: str, ago: int = 0, **more: object) -> Sighting:
    facts: dict[str, object] = {"host": name}
    return Sighting("agent", address, NOW - ago, NOW - ago, agent=name, version=1, facts=facts)


def card(address: str, mac: str, ago: int = 0) -> Sighting:
    return Sighting("neighbour", address, NOW - ago, NOW - ago, mac=mac)


def said(address: str) -> Sighting:
    return Sighting("announced", address, NOW, NOW)


def states(*seen: Sighting) -> list[str]:
    return [one.state for one in merge(seen, NOW)]


def only(*seen: Sighting) -> Machine:
    (machine,) = merge(seen, NOW)
    return machine


def test_page_agent_and_hardware_address_at_one_address_are_one_machine() -> None:
    one = only(page(A, "m", seat=7), agent(A, "x"), card(A, MAC_A), said(A))
    assert (one.state, one.seat, one.mac, one.agent) == ("here", 7, MAC_A, "x")
    assert set(one.contacts) == {"browser", "agent", "neighbour", "announced"}


def test_a_machine_with_a_new_address_is_the_same_machine_by_each_of_its_names() -> None:
    old = LIVE_MS + 1
    assert only(card(A, MAC_A, old), card(B, MAC_A)).address == B
    assert only(agent(A, "x", old), agent(B, "x")).addresses == [B, A]
    assert only(page(A, "m", 3, old), page(B, "m")).seat == 3


def test_an_address_that_went_to_another_machine_joins_nothing() -> None:
    old = LIVE_MS + 1
    seen = (agent(A, "x", old), card(A, MAC_A, old), agent(A, "y"), card(A, MAC_B))
    assert {(m.mac, m.agent, m.state) for m in merge(seen, NOW)} == {
        (MAC_A, "x", "away"),
        (MAC_B, "y", "on"),
    }


def test_two_browsers_that_live_behind_one_address_are_two_machines() -> None:
    both = merge((page(A, "m", 1), page(A, "n", 2)), NOW)
    assert [(m.seat, m.flags) for m in both] == [(1, ["shared-address"]), (2, ["shared-address"])]


def test_a_mark_that_was_cleared_makes_no_second_machine() -> None:
    seen = page(A, "old", 4, LIVE_MS + 1), page(A, "new", 4), card(A, MAC_A)
    assert only(*seen).seat == 4
    assert states(page(A, "old", 4, LIVE_MS + 1), page(A, "new", 5)) == ["away", "here"]


def test_machines_cloned_with_name_and_mark_stay_apart_and_are_said_to_be() -> None:
    seen = [agent(A, "x"), agent(B, "x"), card(A, MAC_A), card(B, MAC_B)]
    assert [m.flags for m in merge(seen, NOW)] == [["cloned"], ["cloned"]]
    assert states(agent(A, "x"), agent(B, "x")) == ["on", "on"]
    assert states(page(A, "m"), page(B, "m")) == ["here", "here"]


def test_a_router_that_answers_for_many_addresses_names_no_machine() -> None:
    many = [f"10.0.0.{n}" for n in range(5, 10)]
    seen = [one for a in many for one in (card(a, MAC_A), agent(a, f"at-{a}"))]
    assert len(merge(seen, NOW)) == len(many)
    assert len(merge([card(a, MAC_A) for a in many[:4]], NOW)) == 1


def test_who_came_first_holds_the_seat_and_the_other_only_claims_it() -> None:
    first, second = merge((page(B, "thief", 7), page(A, "m", 7, 5, since=1000)), NOW)
    assert (first.address, first.seat, first.claims, first.flags) == (A, 7, 0, [])
    assert (second.address, second.seat, second.claims) == (B, 0, 7)
    assert second.flags == ["seat-claimed"]


def test_a_seat_goes_to_a_swapped_machine_when_the_first_was_long_silent() -> None:
    for silent, holder in ((SWAPPED_MS, A), (SWAPPED_MS + 1, B)):
        machines = merge((page(A, "m", 7, silent, since=1000), page(B, "n", 7)), NOW)
        assert [m.address for m in machines if m.seat == 7] == [holder]


def test_an_announcement_by_itself_is_no_contact_and_gives_no_seat() -> None:
    assert states(said(A)) == ["announced"]
    assert states(said(A), page(A, "m", 7, LIVE_MS + 1)) == ["away"]
    assert only(said(A)).seat == 0


def test_nobody_is_silent_before_the_time_and_everybody_after_it() -> None:
    assert states(card(A, MAC_A, LIVE_MS)) == ["on"]
    assert states(card(A, MAC_A, LIVE_MS + 1)) == ["away"]


def test_an_agent_of_another_version_is_listed_as_such() -> None:
    one = only(Sighting("agent", A, NOW, NOW, agent="v9@a", version=9), card(A, MAC_A))
    assert (one.version, one.facts, one.flags) == (9, None, ["other-version"])


def test_three_hundred_machines_are_one_row_each_with_a_key_of_their_own() -> None:
    seen: list[Sighting] = []
    for n in range(300):
        at = f"10.0.{n // 200}.{n % 200 + 1}"
        mac = f"02:00:00:00:{n // 256:02x}:{n % 256:02x}"
        seen += page(at, f"m{n}", n + 1), agent(at, f"a{n}"), card(at, mac), said(at)
    machines = merge(seen, NOW)
    assert [m.seat for m in machines] == list(range(1, 301))
    assert len({m.key for m in machines}) == 300
