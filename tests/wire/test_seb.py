"""Safe Exam Browser's files and keys, by the values that its makers and RNCryptor's publish."""

import gzip
import hashlib
import plistlib

import pytest

from sync.wire import seb

# RNCryptor-Spec, vectors/v3/password: password, salts, vector, plain text, what comes of it.
PUBLISHED = (
    (
        "thepassword",
        "0001020304050607 0102030405060708 02030405060708090a0b0c0d0e0f0001",
        "01",
        "a1f8730e0bf480eb7b70f690abf21e02"
        "9514164ad3c474a51b30c7eaa1ca545b7de3de5b010acbad0a9a13857df696a8",
    ),
    (
        "thepassword",
        "0203040506070001 0304050607080102 0405060708090a0b0c0d0e0f00010203",
        "0123456789abcdef01234567",
        "e01bbda5df2ca8adace38f6c588d291e"
        "03f951b78d3417bc2816581dc6b767f1a2e57597512b18e1638f21235fa5928c",
    ),
    (
        "中文密码",
        "0304050607000102 0405060708010203 05060708090a0b0c0d0e0f0001020304",
        "23456789abcdef0123456701",
        "8a9e08bdec1c4bfe13e81fb85f009ab3"
        "ddb91387e809c4ad86d9e8a6014557716657bd317d4bb6a7644615b3de402341",
    ),
)


@pytest.mark.parametrize(("password", "drawn", "plain", "sealed"), PUBLISHED)
def test_passwords_seal_as_rncryptor_publishes(
    password: str, drawn: str, plain: str, sealed: str
) -> None:
    parts = [bytes.fromhex(one) for one in drawn.split()]
    whole = "0301" + drawn.replace(" ", "") + sealed
    assert seb.encrypted(bytes.fromhex(plain), password, *parts).hex() == whole


# A made-up configuration with one of everything, and its SEB-JSON as the rules give it by hand.
CONFIG: dict[str, seb.Value] = {
    "originatorVersion": "SEB_Win_3.7",
    "URLFilterRules": [{"regex": False, "active": True, "expression": r"a\.b/*", "none": {}}],
    "startURL": 'https://考点.example/"x"',
    "allowWlan": False,
    "additionalResources": [],
    "examKeySalt": b"\x00\xffsalt",
    "allowedDisplaysMaxNumber": 1,
    "proxies": {},
}
SEB_JSON = (
    '{"additionalResources":[],"allowedDisplaysMaxNumber":1,"allowWlan":false,'
    '"examKeySalt":"AP9zYWx0","startURL":"https://考点.example/"x"","URLFilterRules":'
    '[{"active":true,"expression":"a\\.b/*","regex":false}]}'
)


def test_the_config_key_is_of_the_settings_sorted_bare_and_unescaped() -> None:
    assert seb.config_key(CONFIG) == hashlib.sha256(SEB_JSON.encode()).hexdigest()
    # Neither who wrote the file nor what is empty is in the key; everything else is.
    assert seb.config_key(CONFIG | {"originatorVersion": "x", "more": {}}) == seb.config_key(CONFIG)
    assert seb.config_key(CONFIG | {"more": []}) != seb.config_key(CONFIG)
    assert seb.config_key(CONFIG | {"allowWlan": True}) != seb.config_key(CONFIG)


def test_the_names_stand_as_in_the_published_example() -> None:
    # The order of safeexambrowser.org/developer/seb-config-key.html, where it is not ASCII's.
    order = "allowedDisplaysMaxNumber allowFlashFullscreen proxies urlFilterRegex URLFilterRules"
    names = order.split()
    said = "{" + ",".join(f'"{name}":0' for name in names) + "}"
    shuffled = dict.fromkeys(sorted(names), 0)
    assert seb.config_key(shuffled) == hashlib.sha256(said.encode()).hexdigest()
    assert list(shuffled) != names


def test_a_hash_is_good_for_one_address_without_its_fragment() -> None:
    key, url = seb.config_key(CONFIG), "https://exam.local/?lang=zh"
    said = seb.url_hash(f"{url}#top", key)
    assert seb.is_hash_of(said.upper(), url, key)
    for other in (f"{url}0", url.replace("https", "http"), ""):
        assert not seb.is_hash_of(said, other, key)
    assert not seb.is_hash_of(said, url, seb.config_key({}))
    assert not seb.is_hash_of("é", url, key)


def test_a_plain_file_is_twice_packed_and_a_locked_one_tells_nothing() -> None:
    plain = gzip.decompress(seb.seb_file(CONFIG))
    assert plain[:4] == b"plnd"
    assert plistlib.loads(gzip.decompress(plain[4:])) == CONFIG
    locked = gzip.decompress(seb.seb_file(CONFIG, "open sesame"))
    assert (locked[:6], b"startURL" in locked) == (b"pswd\x03\x01", False)
    # Salts and vectors are new each time.
    assert locked != gzip.decompress(seb.seb_file(CONFIG, "open sesame"))
