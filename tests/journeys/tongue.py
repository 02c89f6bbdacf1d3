"""The two languages of the pages, as the pages' own pairs say them: stories are told in Chinese."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
PLACES = ("siteapp", "sync/headquarters", "sync/exam", "provisioning")
# t("中文", "English") of scripts and templates, Words("中文", "English") of Python.
PAIR = re.compile(
    r"""\b(?:t|Words)\(\s*(["'`])((?:(?!\1).)+)\1\s*,\s*(["'`])((?:(?!\3).)+)\3""", re.DOTALL
)
TEXTS = (".py", ".js", ".html")


def _sources() -> Iterator[str]:
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix in TEXTS:
                yield path.read_text("utf-8")


@functools.cache
def pairs() -> dict[str, frozenset[str]]:
    """Chinese → how the pages say it in English; a few words are said in more than one way."""
    found: dict[str, set[str]] = {}
    for text in _sources():
        for match in PAIR.finditer(text):
            found.setdefault(match[2], set()).add(match[4])
    return {zh: frozenset(en) for zh, en in found.items()}


class Tongue:
    """What a page says, in the language that its person chose."""

    def __init__(self, lang: str = "zh") -> None:
        self.lang = lang

    def says(self, zh: str, en: str = "") -> str | re.Pattern[str]:
        """Words that stand on the page; `en` where the page puts figures into them."""
        if self.lang == "zh":
            return zh
        return en or re.compile("|".join(sorted(map(re.escape, pairs()[zh]))))

    def named(self, zh: str) -> re.Pattern[str]:
        """The whole name of a button or link."""
        every = [zh] if self.lang == "zh" else sorted(pairs()[zh])
        return re.compile(f"^({'|'.join(map(re.escape, every))})$")

    def choose(self, page: Page) -> None:
        """Press the page's own switch, if it speaks the other language."""
        if page.evaluate("document.documentElement.lang").startswith(self.lang):
            return
        name = "English" if self.lang == "en" else "中文"
        page.locator("button, a").filter(has_text=re.compile(f"^{name}$")).click()
        page.wait_for_function(
            "lang => document.documentElement.lang.startsWith(lang)", arg=self.lang
        )


CHINESE = Tongue()
