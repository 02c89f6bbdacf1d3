"""Templates with both languages, whether Flask serves the page or a command writes it."""

import functools
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sync.words import Language, Words

MIB_A_GIB = 1024


class Tongue:
    """How words stand on one paper: in one language, or with the other beside it."""

    def __init__(self, language: Language, beside: bool = False) -> None:
        self.language, self.beside = language, beside

    def __call__(self, words: Words) -> str:
        """The text; the other language follows, smaller, where there is room for both."""
        own = words.in_(self.language)
        other: Language = "en" if self.language == "zh" else "zh"
        if not self.beside or words.in_(other) == own:
            return Markup("{}").format(own)
        tag = "en" if other == "en" else "zh-CN"
        return Markup('{} <span class="en" lang="{}">{}</span>').format(own, tag, words.in_(other))


@functools.cache
def _environment(package: str) -> Environment:
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(package: str, template: str, tongue: Tongue, **facts: Any) -> Markup:
    """A template of that package's folder `templates`, filled; every fact is escaped.

    In it `w(words)` says Words, and `t(zh, en)` a pair.
    """

    def pair(zh: str, en: str) -> str:
        return tongue(Words(zh, en))

    # What is made by an escaping template is HTML.
    made = _environment(package).get_template(template)
    filled = made.render(w=tongue, t=pair, lang=tongue.language, **facts)
    return Markup(filled)  # noqa: S704
