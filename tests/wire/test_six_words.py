"""Six words: the published lists, a known answer, and what somebody types who heard them."""

import hashlib
import json

import pytest
from vectoring.draft import VECTORS

from sync.errors import WordUnknown
from sync.wire.enrolment import read_bundle, read_site_request
from sync.wire.six_words import BITS, COUNT, SixWords, heard, six_words, words

# Of bips/bip-0039/english.txt and chinese_simplified.txt, as published.
LISTS = {
    "en": "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
    "zh": "5c5942792bd8340cb8b27cd592f1015edf56a8c5b26276ee18a482428e7c5726",
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_lists_are_as_published_and_six_words_are_66_bits(language: str) -> None:
    known = words(language)  # type: ignore[arg-type]
    assert len(set(known)) == 2**BITS
    assert COUNT * BITS == 66
    text = "".join(f"{word}\n" for word in known)
    assert hashlib.sha256(text.encode()).hexdigest() == LISTS[language]


def test_what_was_heard_is_read_in_either_language_however_it_is_typed() -> None:
    six = SixWords((0, 1, 2, 1024, 2046, 2047))
    zh, en = six.in_("zh"), six.in_("en")
    mixed = f"{zh[0]} {en[1]} {''.join(zh[2:])}"
    for typed in (" ".join(en), ", ".join(en).upper(), "".join(zh), "、".join(zh), mixed):
        assert heard(typed) == six


@pytest.mark.parametrize("typed", ["", "abandon", "abandon " * 7, "abandom " * 6, "1 2 3 4 5 6"])
def test_what_is_not_six_words_of_the_lists_is_refused(typed: str) -> None:
    with pytest.raises(WordUnknown):
        heard(typed)


def test_the_words_cover_every_byte_of_a_request_the_bundle_with_its_root_too() -> None:
    _, payload = read_site_request((VECTORS / "site-request" / "good").read_bytes())
    changed = json.loads(payload)
    changed["root"] = changed["token"]
    first = six_words(payload)
    assert six_words(payload) == first
    assert first.differing(six_words(json.dumps(changed).encode()))
    bundle = (VECTORS / "enrolment-bundle" / "good").read_bytes()
    assert json.loads(payload)["bundle"] == hashlib.sha256(bundle).hexdigest()
    assert read_bundle(bundle).root != b""
