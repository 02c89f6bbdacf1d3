import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import DocumentRefused, NotADocument, SignatureRefused
from sync.wire.checkpoint import Checkpoint, encode_checkpoint, sign_note, verify_checkpoint
from sync.wire.keys import SigningKey, VerifyKey

NAME = "examsite.example/A001"
SIGNER = SigningKey.from_bytes(b"N" * 32)
HEAD = Checkpoint("examsite.example/A001/2026-11-21-am", 4920, bytes(range(32)))

# A checkpoint that the Go checksum database signed on 10 January 2023, its published key,
# and two signatures of a witness that we do not know.
GO_KEY = "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTE = """go.sum database tree
15081221
BoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=

— sum.golang.org Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=
— test.example.com qTGhC3917mAr6hGh+T55tNjxaej/D/GQivJZRIj7XGdAcQOTqfMWIPgp/v/904LEduN/h2sSRtHUJXUL4b9Gm7Bz4Qc=
— test.example.com /Pa7Y/dUvWMAAAAAQVwkQVi81ArPV7BIaQYrMIxyzY0m8a4BdeeBhSKd3PviPK4/3Sd+NKSc5N7PDTCfAkUSVniN+R2oKIggA4iiDQ==
"""  # noqa: E501

# golang.org/x/mod/sumdb/note, the example of its documentation.
PETER_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def material(encoded: str) -> bytes:
    """The key after the algorithm byte of a Go key string."""
    return base64.b64decode(encoded)[1:]


def test_a_checkpoint_of_the_go_checksum_database_verifies() -> None:
    head = verify_checkpoint(GO_NOTE, "sum.golang.org", VerifyKey.from_bytes(material(GO_KEY)))
    assert (head.origin, head.size) == ("go.sum database tree", 15081221)
    assert head.root.hex().startswith("06830c7b5c1ddb94")


def test_our_signature_line_is_the_published_one() -> None:
    signer = SigningKey.from_bytes(material(PETER_SEED))
    assert sign_note(PETER_TEXT, signer, "PeterNeumann") == PETER_LINE


def test_a_checkpoint_comes_back() -> None:
    text = encode_checkpoint(HEAD, SIGNER, NAME)
    assert verify_checkpoint(text, NAME, SIGNER.public) == HEAD
    origin, size, root, blank, line, end = text.split("\n")
    assert (origin, size, blank, end) == (HEAD.origin, "4920", "", "")
    assert base64.b64decode(root) == HEAD.root
    key_hash = hashlib.sha256(NAME.encode() + b"\n\x01" + SIGNER.public.to_bytes()).digest()[:4]
    assert base64.b64decode(line.removeprefix(f"— {NAME} "))[:4] == key_hash


def test_an_empty_tree_has_size_nought() -> None:
    empty = Checkpoint("o", 0, hashlib.sha256().digest())
    assert verify_checkpoint(encode_checkpoint(empty, SIGNER, NAME), NAME, SIGNER.public) == empty


@pytest.mark.parametrize(("old", "new"), [("4920", "4921"), ("A001/2026", "A002/2026")])
def test_another_text_under_the_signature_is_refused(old: str, new: str) -> None:
    text = encode_checkpoint(HEAD, SIGNER, NAME)
    with pytest.raises(SignatureRefused):
        verify_checkpoint(text.replace(old, new, 1), NAME, SIGNER.public)


def test_another_key_or_another_name_is_refused() -> None:
    text = encode_checkpoint(HEAD, SIGNER, NAME)
    with pytest.raises(SignatureRefused):
        verify_checkpoint(text, NAME, SigningKey.generate().public)
    with pytest.raises(SignatureRefused):
        verify_checkpoint(text, "examsite.example/A002", SIGNER.public)


def test_signatures_of_others_are_passed_over_and_ours_must_all_verify() -> None:
    text = encode_checkpoint(HEAD, SIGNER, NAME)
    body = text.split("\n\n")[0] + "\n"
    other = sign_note(body, SigningKey.generate(), NAME)
    assert verify_checkpoint(text + other, NAME, SIGNER.public) == HEAD
    with pytest.raises(SignatureRefused):
        verify_checkpoint(text + sign_note("another\n", SIGNER, NAME), NAME, SIGNER.public)


def test_extension_lines_are_signed_and_passed_over() -> None:
    body = encode_checkpoint(HEAD, SIGNER, NAME).split("\n\n")[0] + "\nextension 考点\n"
    text = f"{body}\n{sign_note(body, SIGNER, NAME)}"
    assert verify_checkpoint(text, NAME, SIGNER.public) == HEAD


@pytest.mark.parametrize(
    "body",
    [
        *("", "\n", "origin\n", "origin\n1\n", "origin\n1\n\n", "\n1\n{root}\n"),
        *("origin\n01\n{root}\n", "origin\n-1\n{root}\n", "origin\n+1\n{root}\n"),
        *("origin\n1\nAAAA\n", "origin\n1\n{root}=\n", "origin\n1\nroot\n", "o\n1 \n{root}\n"),
        *("o\r\n1\n{root}\n", "o\t\n1\n{root}\n", "o\x00\n1\n{root}\n", "o\n\n1\n{root}\n"),
        *("o\n١\n{root}\n", "o\n1\n{root}\n\n\n"),
    ],
    ids=repr,
)
def test_a_signed_note_that_is_no_checkpoint_is_refused(body: str) -> None:
    body = body.replace("{root}", base64.b64encode(bytes(32)).decode())
    with pytest.raises(NotADocument):
        verify_checkpoint(f"{body}\n{sign_note(body, SIGNER, NAME)}", NAME, SIGNER.public)


@pytest.mark.parametrize(
    "line",
    [
        *("", "\n", "- name AAAAAAAA\n", "— name\n", "— name AAAA\n", "— name AAAAAAAA"),
        *("—  AAAAAAAA\n", "— na me AAAAAAAA\n", "— na+me AAAAAAAA\n", "— name AAAAAA==\n"),
        *("— name AAAAAAB=\n", "— name AAAAAAAA \n", "— name \ud800\n", "— n AAAAAAAA\n" * 99),
    ],
    ids=repr,
)
def test_malformed_signature_lines_are_refused(line: str) -> None:
    body = encode_checkpoint(HEAD, SIGNER, NAME).split("\n\n")[0] + "\n"
    with pytest.raises(NotADocument):
        verify_checkpoint(f"{body}\n{line}", NAME, SIGNER.public)


@pytest.mark.parametrize(
    ("origin", "size", "root", "name"),
    [
        *(("", 1, 32, "n"), ("a\nb", 1, 32, "n"), ("a\n", 1, 32, "n"), ("a\t", 1, 32, "n")),
        *(("a", -1, 32, "n"), ("a", 1, 31, "n"), ("\ud800", 1, 32, "n")),
        *(("a", 1, 32, ""), ("a", 1, 32, "n m"), ("a", 1, 32, "n+m"), ("a", 1, 32, "n\u3000m")),
    ],
)
def test_what_no_note_can_carry_is_not_signed(origin: str, size: int, root: int, name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        encode_checkpoint(Checkpoint(origin, size, bytes(root)), SIGNER, name)


@given(st.text(max_size=60), st.integers(0, 250), st.integers(0, 7))
def test_no_damage_gives_another_checkpoint_or_another_error(
    junk: str, position: int, bit: int
) -> None:
    data = bytearray(encode_checkpoint(HEAD, SIGNER, NAME).encode())
    data[position % len(data)] ^= 1 << bit
    for text in [junk, data.decode(errors="replace"), data.decode(errors="surrogateescape")]:
        with pytest.raises(DocumentRefused):
            verify_checkpoint(text, NAME, SIGNER.public)
