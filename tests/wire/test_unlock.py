import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import MalformedCode, MisheardGroup, OtherOfficialsCode, UnlockRefused
from sync.wire.unlock import ALPHABET, UnlockCode
from sync.words import Words

CODES = [UnlockCode(1, b"7K3QM9ABCDEFGHJK"), UnlockCode(2, b"0123456789ZYXWVT")]
any_code = st.builds(
    UnlockCode,
    st.sampled_from([1, 2]),
    st.text(ALPHABET, min_size=16, max_size=16).map(str.encode),
)


def groups_named(text: str, official: int) -> str:
    with pytest.raises(MisheardGroup) as refused:
        UnlockCode.parse(text, official)
    assert refused.value.facts["official"] == official
    return str(refused.value.facts["groups"])


def check_by_polynomials(data: str, constant: int) -> str:
    """The check character the slow way: carry-less products, then the remainder."""
    total = constant
    for index, letter in enumerate(data):
        product = ALPHABET.index(letter) << (index + 1)
        for bit in range(9, 4, -1):
            if product >> bit & 1:
                product ^= 0b100101 << (bit - 5)
        total ^= product
    return ALPHABET[total]


@given(any_code)
def test_a_code_is_spoken_and_heard(code: UnlockCode) -> None:
    assert UnlockCode.parse(code.spoken, code.official) == code
    groups = code.spoken.split("-")
    assert [len(group) for group in groups] == [5, 5, 5, 5]
    assert "".join(group[:4] for group in groups).encode() == code.secret


@given(any_code)
def test_the_check_characters_are_those_of_the_specification(code: UnlockCode) -> None:
    for number, group in enumerate(code.spoken.split("-")):
        constant = 4 * (code.official - 1) + number + 1
        assert group[4] == check_by_polynomials(group[:4], constant)


@given(any_code, st.data())
def test_case_dashes_spaces_and_width_do_not_matter(code: UnlockCode, data: st.DataObject) -> None:
    gaps = st.sampled_from(["", " ", "-", "－", "—", "\u3000", "−"])
    wide = {ord(c): ord(c) + 0xFEE0 for c in ALPHABET}
    typed = ""
    for letter in code.spoken.replace("-", ""):
        forms = [letter, letter.lower(), letter.translate(wide)]
        forms += {"0": ["O", "o"], "1": ["I", "i", "L", "l"]}.get(letter, [])
        typed += data.draw(st.sampled_from(forms)) + data.draw(gaps)
    assert UnlockCode.parse(typed, code.official) == code


@pytest.mark.parametrize("code", CODES, ids=repr)
def test_every_single_wrong_character_names_its_group(code: UnlockCode) -> None:
    letters = code.spoken.replace("-", "")
    for position, letter in itertools.product(range(20), ALPHABET):
        if letter != letters[position]:
            typed = letters[:position] + letter + letters[position + 1 :]
            assert groups_named(typed, code.official) == str(position // 5 + 1)


def test_every_exchange_of_two_neighbours_is_noticed() -> None:
    # Exhaustive: the check is linear, so what is left of an exchange depends on the two
    # characters only, and all pairs of them are tried at every place of a group of zeros.
    for official, place in itertools.product([1, 2], range(15)):
        for left, right in itertools.permutations(ALPHABET, 2):
            data = ["0"] * 16
            data[place : place + 2] = left, right
            letters = UnlockCode(official, "".join(data).encode()).spoken.replace("-", "")
            at = place + place // 4
            for i in {at, at + 1} & set(range(19)):
                if letters[i] == letters[i + 1]:
                    continue
                typed = letters[:i] + letters[i + 1] + letters[i] + letters[i + 2 :]
                wrong = {str(i // 5 + 1), str((i + 1) // 5 + 1)}
                assert set(groups_named(typed, official).split("、")) == wrong


@pytest.mark.parametrize("code", CODES, ids=repr)
def test_groups_in_another_order_are_noticed(code: UnlockCode) -> None:
    groups = code.spoken.split("-")
    for order in itertools.permutations(range(4)):
        moved = [str(place + 1) for place, group in enumerate(order) if place != group]
        if moved:
            typed = "-".join(groups[group] for group in order)
            assert groups_named(typed, code.official) == "、".join(moved)


def test_all_wrong_groups_are_named() -> None:
    groups = CODES[0].spoken.split("-")
    groups[1] = groups[1][:-1] + ("0" if groups[1][-1] != "0" else "1")
    groups[2] = groups[2][:-1] + ("0" if groups[2][-1] != "0" else "1")
    assert groups_named("-".join(groups), 1) == "2、3"


@given(any_code)
def test_the_other_officials_code_is_said_to_be_that(code: UnlockCode) -> None:
    other = 3 - code.official
    with pytest.raises(OtherOfficialsCode) as refused:
        UnlockCode.parse(code.spoken, other)
    assert refused.value.facts["other"] == code.official
    assert groups_named(code.spoken, other) == "1、2、3、4"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Words("填了 0 个字符", "0/20")),
        (CODES[0].spoken[:-1], Words("填了 19 个字符", "19/20")),
        (CODES[0].spoken + "0", Words("填了 21 个字符", "21/20")),
        ("U" + CODES[0].spoken[1:], "「U」"),
        ("考" + CODES[0].spoken[1:], "「考」"),
        ("ß" + CODES[0].spoken[1:], "「ß」"),
    ],
)
def test_what_is_no_code_is_malformed_and_says_why(text: str, reason: str | Words) -> None:
    with pytest.raises(MalformedCode) as refused:
        UnlockCode.parse(text, 1)
    assert refused.value.facts == {"official": 1, "reason": reason}


@given(st.text(max_size=30) | st.text(ALPHABET, min_size=20, max_size=20))
def test_whatever_is_typed_is_a_code_or_refused_as_one(text: str) -> None:
    try:
        code = UnlockCode.parse(text, 1)
    except UnlockRefused as refused:
        assert refused.say("zh")
        return
    assert UnlockCode.parse(code.spoken, 1) == code


def test_generated_codes_differ_and_hide_their_secret() -> None:
    codes = {UnlockCode.generate(1) for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert code.secret.decode() not in repr(code)
        assert len(code.secret) == 16


@pytest.mark.parametrize(
    ("official", "secret"), [(0, b"0" * 16), (3, b"0" * 16), (1, b"0" * 15), (1, b"U" * 16)]
)
def test_a_code_outside_the_alphabet_cannot_be_made(official: int, secret: bytes) -> None:
    with pytest.raises(ValueError, match=r"official|alphabet"):
        UnlockCode(official, secret)
