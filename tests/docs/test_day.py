"""The day as it is told to each person says what stands on their screens, in both languages."""

import re
from pathlib import Path

from journeys.tongue import pairs

ROOT = Path(__file__).parents[2]
# What a person has to wait for, over a school's line.
LARGEST_BYTES = 150_000


def told(lang: str) -> str:
    """The page in one language."""
    return (ROOT / f"docs/operate/{lang}/day.md").read_text("utf-8")


def named(text: str) -> list[str]:
    """What is in bold; words before a full stop at the head of a line are only a heading there."""
    lines = (re.sub(r"^(\d\. )\*\*[^*]+[。.?]\*\*", r"\1", one) for one in text.splitlines())
    return [name for line in lines for name in re.findall(r"\*\*(.+?)\*\*", line)]


def wrong(zh: list[str], en: list[str]) -> list[tuple[str, str]]:
    """Names of the two pages that no screen shows as each other's translation."""
    known = pairs()
    said = zip(zh, en, strict=True)
    return [one for one in said if one[1] not in {w.strip() for w in known.get(one[0], ())}]


def test_what_the_day_calls_a_button_or_a_screen_is_called_so_in_both_languages() -> None:
    zh, en = named(told("zh")), named(told("en"))
    assert len(zh) > 40
    assert wrong(zh, en) == []


def test_a_button_of_another_name_would_be_noticed() -> None:
    assert wrong(["登录", "登陆"], ["Sign in", "Sign in"]) == [("登陆", "Sign in")]
    assert wrong(["登录"], ["Log in"]) == [("登录", "Log in")]


def test_pictures_of_the_documents_are_small() -> None:
    sizes = {one.name: one.stat().st_size for one in (ROOT / "docs/images").glob("*.png")}
    assert len(sizes) > 40
    assert {name: size for name, size in sizes.items() if size > LARGEST_BYTES} == {}
