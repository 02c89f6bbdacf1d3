"""What a candidate's page gets: nothing of it says which option is right."""

import hashlib
import json
from collections import Counter
from typing import Any

import msgspec
import pytest
import world
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.exam.drawing import draw_theory
from sync.exam.items import Bank, Deliverable, Item, Material, Situation
from sync.exam.paper import Form, ItemToken, PaperTask, References, authored, candidate_view

# What the first release showed: a page that comes back after an upgrade finds its paper unchanged.
SHOWN = "1961d8f01835dd22593e8ee99cbd66ec2c5a80ead98a9e1cda3ede5334828b93"
keys = st.binary(min_size=32, max_size=32)


def telling_bank() -> Bank:
    """A bank in which every secret is a word of its own, and two items share each situation."""
    items: dict[str, Item] = {}
    for n, item in enumerate(world.make_bank(world.LIVE).items.values()):
        items[item.id] = msgspec.structs.replace(
            item,
            difficulty=0.3171 + n / 10_000,
            reason=f"reason-{n}-secret",
            why=dict.fromkeys(item.why, f"why-{n}-secret"),
            options={f"opt-{o}-secret": f"做法{o}之{n}" for o in item.options},
            key=tuple(f"opt-{o}-secret" for o in item.key),
            situation=f"situation-{n // 2}-secret" if item.situation else None,
        )
    situations = {
        i.situation: Situation(i.situation, "title-secret", f"背景{i.situation[:12]}")
        for i in items.values()
        if i.situation
    }
    return Bank(world.LIVE.code, items, situations, {})


BANK = telling_bank()
FORM = draw_theory(BANK, world.LIVE, "form-secret", "seed")


def shown_items(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for part in view["parts"] for item in part["items"]]


def as_json(view: dict[str, object]) -> Any:
    return json.loads(json.dumps(view, ensure_ascii=False))


@settings(max_examples=40, deadline=None)
@given(keys)
def test_no_authored_identifier_or_secret_is_in_the_page(key: bytes) -> None:
    text = json.dumps(candidate_view(FORM, key), ensure_ascii=False)
    assert "secret" not in text.replace("背景situation", "")
    for item in FORM.items():
        authored = BANK.items[item.id]
        assert authored.id not in text
        assert authored.task not in text
        assert f"{authored.difficulty:.4f}" not in text


@settings(max_examples=20, deadline=None)
@given(keys)
def test_a_page_has_exactly_the_members_of_the_allow_list(key: bytes) -> None:
    view = as_json(candidate_view(FORM, key))
    assert set(view) == {"title", "minutes", "parts", "tasks", "media"}
    for part in view["parts"]:
        assert set(part) == {"id", "title", "marks_each", "items"}
    for item in shown_items(view):
        assert set(item) == {"ref", "number", "choose", "stem", "options", "rows", "situation"}
        assert all(set(option) == {"ref", "text"} for option in item["options"])
        assert item["situation"] is None or set(item["situation"]) == {"text", "table"}


@settings(max_examples=30, deadline=None)
@given(keys)
def test_references_lead_back_to_exactly_what_was_shown(key: bytes) -> None:
    known = References(authored(FORM), key)
    view = as_json(candidate_view(FORM, key))
    assert {i["ref"] for i in shown_items(view)} == set(known)
    assert {t.item for t in known.values()} == {i.id for i in FORM.items()}
    for item in shown_items(view):
        source = BANK.items[known[item["ref"]].item]
        assert item["stem"] == source.stem
        assert item["choose"] == source.choice
        options = known[item["ref"]].options
        assert {options[o["ref"]]: o["text"] for o in item["options"]} == source.options


def test_what_is_no_reference_is_never_found() -> None:
    known = References(authored(FORM), b"k" * 32)
    side_by_side = "".join(known)
    for at in range(0, len(side_by_side) - 16, 2):
        assert (side_by_side[at : at + 16] in known) == (at % 16 == 0), at
    first = next(iter(known))
    for wrong in ("", "00" * 8, first.upper(), first[:-1], first + "0", " " + first[1:], "é" * 16):
        assert wrong not in known


def test_an_authored_item_leads_to_what_the_page_was_shown() -> None:
    known = References(authored(FORM), b"k" * 32)
    for ref, token in known.items():
        assert known.shown(token.item) == (ref, {o: r for r, o in token.options.items()})


def test_two_attempts_share_no_reference() -> None:
    def references(key: bytes) -> set[str]:
        known = References(authored(FORM), key)
        return set(known) | {ref for token in known.values() for ref in token.options}

    every = [references(bytes([n]) * 32) for n in range(20)]
    assert len(set.union(*every)) == sum(len(one) for one in every) == 20 * 65 * 5


def test_the_same_attempt_sees_the_same_paper_again() -> None:
    assert candidate_view(FORM, b"k" * 32) == candidate_view(FORM, b"k" * 32)
    assert candidate_view(FORM, b"k" * 32) != candidate_view(FORM, b"l" * 32)


def test_a_later_release_shows_a_returning_page_the_same_paper() -> None:
    form = draw_theory(world.make_bank(world.LIVE), world.LIVE, "f", "golden")
    key = hashlib.sha256(b"golden").digest()
    known = References(authored(form), key)
    # References and the places of authored items and options; no words, which may be reworded.
    shown = [
        [i["ref"], known[i["ref"]].item, *(known[i["ref"]].options[o["ref"]] for o in i["options"])]
        for i in shown_items(as_json(candidate_view(form, key)))
    ]
    assert hashlib.sha256(json.dumps(shown).encode()).hexdigest() == SHOWN


def test_options_stand_in_another_order_than_the_authored_one() -> None:
    same = total = 0
    for n in range(40):
        for item in shown_items(as_json(candidate_view(FORM, bytes([n]) * 32))):
            texts = [option["text"] for option in item["options"]]
            same += texts == sorted(texts)
            total += 1
    # One of 24 orders is the authored one.
    assert same / total < 0.07


def test_the_key_of_an_item_stands_at_every_place_over_the_attempts() -> None:
    places: dict[str, Counter[int]] = {}
    for n in range(200):
        key = hashlib.sha256(b"%d" % n).digest()
        known = References(authored(FORM), key)
        for item in shown_items(as_json(candidate_view(FORM, key))):
            token = known[item["ref"]]
            right = BANK.items[token.item].key[0]
            place = [token.options[o["ref"]] for o in item["options"]].index(right)
            places.setdefault(token.item, Counter())[place] += 1
    assert len(places) == 65
    for counts in places.values():
        assert set(counts) == {0, 1, 2, 3}
        assert max(counts.values()) < 90
    over_all = sum(places.values(), Counter())
    assert all(0.24 < count / (65 * 200) < 0.26 for count in over_all.values())


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=8), keys)
def test_items_of_one_situation_stay_beside_each_other(seed: str, key: bytes) -> None:
    form = draw_theory(BANK, world.LIVE, "f", seed)
    for situations in (
        [item.situation for item in form.items() if item.situation],
        [
            i["situation"]["text"]
            for i in shown_items(as_json(candidate_view(form, key)))
            if i["situation"]
        ],
    ):
        runs = [s for n, s in enumerate(situations) if n == 0 or situations[n - 1] != s]
        assert len(runs) == len(set(runs))


def test_some_paper_has_two_items_of_one_situation() -> None:
    # Otherwise the test above would show nothing.
    papers = [draw_theory(BANK, world.LIVE, "f", str(n)) for n in range(10)]
    assert any(len(form.situations) < 5 for form in papers)


def test_items_are_numbered_through_and_parts_keep_their_order() -> None:
    view = as_json(candidate_view(FORM, b"k" * 32))
    assert [i["number"] for i in shown_items(view)] == list(range(1, 66))
    assert [p["id"] for p in view["parts"]] == ["single", "multiple", "scenario"]
    stems = [i["stem"] for i in shown_items(view)][:30]
    assert stems != [i.stem for i in FORM.parts[0].items]


@pytest.mark.parametrize("kind", ["text", "file"])
def test_a_practical_task_is_shown_by_references_too(kind: Any) -> None:
    task = PaperTask(
        "task-secret",
        "搭建",
        40,
        25,
        "背景",
        (Material("m.xlsx", "表"),),
        (Deliverable("d-secret", kind, "方案", "请写出", (".xlsx",)),),
    )
    form = Form("f", "530051-junior", "practical", FORM.title, 150, (), (), (task,))
    view = as_json(candidate_view(form, b"k" * 32))
    assert "secret" not in json.dumps(view)
    (ref,) = [d["ref"] for t in view["tasks"] for d in t["deliverables"]]
    assert References(authored(form), b"k" * 32) == {
        ref: ItemToken("task-secret/d-secret", kind, {})
    }
