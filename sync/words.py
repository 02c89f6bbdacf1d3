"""Words in the two languages of the project: Chinese first, English beside it."""

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
        """Both texts with `{name}` replaced by the facts (str.format)."""
        return Words(self.zh.format(**facts), self.en.format(**facts))
