import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import DocumentRefused, NotCanonical, SignatureRefused
from sync.wire import canonical, dsse
from sync.wire.keys import SigningKey

TYPE = "application/vnd.examsite.test+json"
A, B, C = (SigningKey.from_bytes(letter * 32) for letter in (b"A", b"B", b"C"))


def edited(envelope: bytes, **members: Any) -> bytes:
    return canonical.encode(json.loads(envelope) | members)


def test_the_published_sample_of_the_pre_authentication_encoding() -> None:
    # secure-systems-lab/dsse, protocol.md, "Test Vectors".
    encoded = dsse.pae("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_lengths_in_the_encoding_count_bytes() -> None:
    assert dsse.pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


@given(st.binary(max_size=100))
def test_a_signed_payload_comes_back(payload: bytes) -> None:
    signed = dsse.verify(dsse.sign(TYPE, payload, [A]), TYPE, [A.public])
    assert signed == dsse.Signed(payload, TYPE, frozenset({A.public.key_id}), (A.public.key_id,))


def test_the_envelope_is_that_of_the_published_protocol() -> None:
    envelope = json.loads(dsse.sign(TYPE, b"{}", [B, A]))
    assert envelope["payload"] == "e30="
    assert envelope["payloadType"] == TYPE
    ids = [signature["keyid"] for signature in envelope["signatures"]]
    assert ids == sorted([A.public.key_id, B.public.key_id])


def test_as_many_trusted_keys_must_sign_as_the_threshold_says() -> None:
    envelope = dsse.sign(TYPE, b"x", [A, B])
    assert len(dsse.verify(envelope, TYPE, [A.public, B.public, C.public], 2).key_ids) == 2
    with pytest.raises(SignatureRefused):
        dsse.verify(envelope, TYPE, [A.public, C.public], 2)
    with pytest.raises(SignatureRefused):
        dsse.verify(envelope, TYPE, [A.public, A.public], 2)
    with pytest.raises(SignatureRefused):
        dsse.verify(envelope, TYPE, [])


def test_a_signature_of_an_unknown_key_is_passed_over_even_if_it_is_wrong() -> None:
    envelope = json.loads(dsse.sign(TYPE, b"x", [A, B]))
    for signature in envelope["signatures"]:
        if signature["keyid"] == B.public.key_id:
            signature["sig"] = "A" * 86 + "=="
    assert dsse.verify(canonical.encode(envelope), TYPE, [A.public]).key_ids == {A.public.key_id}


def test_a_wrong_signature_of_a_trusted_key_spoils_the_right_ones() -> None:
    envelope = json.loads(dsse.sign(TYPE, b"x", [A, B]))
    envelope["signatures"][0]["sig"] = "A" * 86 + "=="
    with pytest.raises(SignatureRefused):
        dsse.verify(canonical.encode(envelope), TYPE, [A.public, B.public])


def test_another_payload_under_the_signature_is_refused() -> None:
    envelope = edited(dsse.sign(TYPE, b"x", [A]), payload="eQ==")
    with pytest.raises(SignatureRefused):
        dsse.verify(envelope, TYPE, [A.public])


def test_another_payload_type_is_refused_even_if_signed() -> None:
    with pytest.raises(NotCanonical):
        dsse.verify(dsse.sign("text/plain", b"x", [A]), TYPE, [A.public])
    relabelled = edited(dsse.sign("text/plain", b"x", [A]), payloadType=TYPE)
    with pytest.raises(SignatureRefused):
        dsse.verify(relabelled, TYPE, [A.public])


def test_signatures_twice_or_out_of_order_are_refused() -> None:
    envelope = dsse.sign(TYPE, b"x", [A, B])
    one, two = json.loads(envelope)["signatures"]
    for listed in [[one, one], [two, one], [one, two, two]]:
        with pytest.raises(NotCanonical):
            dsse.verify(edited(envelope, signatures=listed), TYPE, [A.public, B.public])


@pytest.mark.parametrize(
    "members",
    [
        *({"extra": 1}, {"payload": 1}, {"payload": "x"}, {"payload": "eB=="}, {"payload": "eA"}),
        *({"payloadType": ""}, {"payloadType": None}, {"signatures": {}}, {"signatures": [1]}),
        {"signatures": [{"keyid": A.public.key_id.upper(), "sig": "A" * 86 + "=="}]},
        {"signatures": [{"keyid": A.public.key_id, "sig": "AAAA"}]},
        {"signatures": [{"keyid": A.public.key_id, "sig": "A" * 85 + "B=="}]},
        {"signatures": [{"keyid": A.public.key_id}]},
    ],
    ids=str,
)
def test_an_envelope_of_another_shape_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(NotCanonical):
        dsse.verify(edited(dsse.sign(TYPE, b"x", [A]), **members), TYPE, [A.public])


def test_peeking_tells_type_payload_and_key_ids() -> None:
    payload_type, payload, key_ids = dsse.peek(dsse.sign(TYPE, b"x", [A, B]))
    assert (payload_type, payload) == (TYPE, b"x")
    assert key_ids == tuple(sorted([A.public.key_id, B.public.key_id]))


def test_the_same_signer_twice_or_none_is_a_mistake_of_the_program() -> None:
    for signers in [[], [A, A]]:
        with pytest.raises(ValueError, match="signers"):
            dsse.sign(TYPE, b"x", signers)
    with pytest.raises(ValueError, match="threshold"):
        dsse.verify(dsse.sign(TYPE, b"x", [A]), TYPE, [A.public], 0)


@given(st.binary(max_size=80))
def test_arbitrary_bytes_are_refused_as_a_document(data: bytes) -> None:
    with pytest.raises(DocumentRefused):
        dsse.verify(data, TYPE, [A.public])
