"""Words in the two languages of the project: Chinese first, English beside it."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Words(NamedTuple):
    """One text in both languages; both are always there, so no translation can be missing."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in `language`."""
        return self.zh if language == "zh" else self.en

    def fill(self, **facts: object) -> "Words":
        """Both texts with `{name}` replaced by the facts, each fact in its own language too."""
        return Words(self.zh.format(**_in("zh", facts)), self.en.format(**_in("en", facts)))


def _in(language: Language, facts: Mapping[str, object]) -> dict[str, object]:
    return {
        name: fact.in_(language) if isinstance(fact, Words) else fact
        for name, fact in facts.items()
    }
