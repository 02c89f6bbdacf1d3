"""Boxes become sites: a token once, six words, two people to replace one, and who is refused."""

import base64
from contextlib import nullcontext
from typing import Any

import pytest
from desk_world import Desk
from enrolling import (
    AT,
    FIRST,
    SECOND,
    Newcomer,
    altered,
    cheap,
    confirmed,
    enrolled,
    invited,
    ready,
)

from sync.errors import (
    BundleAltered,
    EnrolmentKeyMissing,
    InvitationExpired,
    InvitationForOtherSite,
    InvitationUsed,
    InvitationWaits,
    InvitationWithdrawn,
    OtherRoot,
    RequestTurnedAway,
    SecondPersonNeeded,
    SignatureRefused,
    SiteHasABox,
    UnknownToken,
    WordsDiffer,
    WordUnknown,
)
from sync.headquarters.errors import TooManyTries
from sync.headquarters.register import invitations, keys, site_requests, sites
from sync.headquarters.register.rotation import rotate
from sync.headquarters.register.site_requests import list_requests
from sync.headquarters.store.engine import Stamp
from sync.headquarters.watch.audits import list_audit
from sync.wire import documents, dsse
from sync.wire.documents import Certificate
from sync.wire.enrolment import Answer, read_answer_for
from sync.wire.keys import SigningKey
from sync.wire.six_words import SixWords

WRONG = "abandon ability able about above absent"


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    """Headquarters that can enrol; `site-01` has a box by the root's own hand."""
    ready(bare_desk.hq)
    return bare_desk


def acts(desk: Desk) -> list[str]:
    return [row.act for row in list_audit(desk.hq)]


@pytest.mark.parametrize("bare_desk", ["sqlite", "postgresql"], indirect=True)
def test_a_confirmed_box_gets_a_certificate_that_leads_back_to_the_root(desk: Desk) -> None:
    box = Newcomer(invited(desk.hq))
    assert box.comes(desk.hq) is None
    assert confirmed(desk.hq, box) == 1
    answer = box.comes(desk.hq)
    assert answer is not None
    certificate = read_answer_for(box.bundle, answer)
    assert (certificate.site, certificate.serial) == ("site-02", 1)
    assert certificate.sign == box.sign.public.to_bytes()
    assert sites.sign_key(desk.hq, "site-02") == box.sign.public
    assert box.comes(desk.hq) == answer


def test_the_token_is_kept_nowhere_at_headquarters(desk: Desk) -> None:
    box = Newcomer(invited(desk.hq))
    box.comes(desk.hq)
    token = box.bundle.token
    written = b"".join(p.read_bytes() for p in desk.hq.folder.rglob("*") if p.is_file())
    assert box.sign.public.to_bytes() in written
    assert box.bundle.key.public.to_bytes() in written
    for form in (token, base64.b64encode(token), token.hex().encode()):
        assert form not in written
        assert form not in base64.b64decode(box.request().split(b'"')[3])


def test_before_there_is_a_key_that_enrols_nobody_is_invited(bare_desk: Desk) -> None:
    with pytest.raises(EnrolmentKeyMissing):
        invited(bare_desk.hq)


def other_root(desk: Desk, box: Newcomer) -> Newcomer:
    return Newcomer(altered(box.bundle, root=SigningKey.generate().public.to_bytes()))


def other_site(desk: Desk, box: Newcomer) -> Newcomer:
    return Newcomer(altered(box.bundle, site="site-03"))


def other_address(desk: Desk, box: Newcomer) -> Newcomer:
    return Newcomer(altered(box.bundle, address="https://elsewhere.example"))


def withdrawn(desk: Desk, box: Newcomer) -> Newcomer:
    invitations.withdraw(desk.hq, FIRST, box.bundle.key.public.key_id)
    return box


def used(desk: Desk, box: Newcomer) -> Newcomer:
    box.comes(desk.hq)
    return Newcomer(box.bundle)


def with_a_box(desk: Desk, box: Newcomer) -> Newcomer:
    enrolled(desk.hq)
    return box


REFUSED: dict[Any, Any] = {
    other_root: OtherRoot,
    other_site: InvitationForOtherSite,
    other_address: BundleAltered,
    withdrawn: InvitationWithdrawn,
    used: InvitationUsed,
    with_a_box: SiteHasABox,
}


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: change.__name__)
def test_each_refusal_has_a_code_of_its_own_and_is_kept_with_its_words(
    desk: Desk, change: Any
) -> None:
    box = change(desk, Newcomer(invited(desk.hq)))
    for _ in range(2):
        with pytest.raises(REFUSED[change]):
            box.comes(desk.hq)
    (kept,) = site_requests.list_refused(desk.hq, 0, 9)
    assert kept.code == REFUSED[change].code
    assert (kept.origin, kept.at) == ("192.0.2.7", AT)
    assert " ".join(kept.six.in_("en")) == box.words()
    assert "site.request-refused" in acts(desk)


def test_of_a_flood_with_one_token_a_bounded_number_is_kept_and_stretched(desk: Desk) -> None:
    bundle, stretched = invited(desk.hq), []

    def count(payload: bytes) -> SixWords:
        stretched.append(payload)
        return cheap(payload)

    for number in range(25):
        request = Newcomer(bundle).request()
        with pytest.raises(InvitationUsed) if number else nullcontext():
            site_requests.take_request(desk.hq, request, "192.0.2.7", AT, count)
    assert len(stretched) == len(list_requests(desk.hq, 99)) == site_requests.MOST_KEPT


def test_a_bundle_ends_by_headquarters_clock_but_not_for_a_box_that_came_in_time(
    desk: Desk,
) -> None:
    early, late = Newcomer(invited(desk.hq)), Newcomer(invited(desk.hq, "site-03"))
    end = early.bundle.expires_at
    assert early.comes(desk.hq, end - 1) is None
    with pytest.raises(InvitationExpired):
        late.comes(desk.hq, end)
    assert early.comes(desk.hq, end + 1) is None
    assert confirmed(desk.hq, early) == 1


def test_wrong_tokens_slow_down_and_a_right_one_never_waits(desk: Desk) -> None:
    guess = Newcomer(altered(invited(desk.hq), token=bytes(32)))
    for _ in range(5):
        with pytest.raises(UnknownToken):
            guess.comes(desk.hq)
    with pytest.raises(TooManyTries):
        guess.comes(desk.hq)
    assert acts(desk).count("site.unknown-token") == 5
    assert Newcomer(invited(desk.hq)).comes(desk.hq) is None


def test_a_request_without_the_tokens_own_signature_is_refused(desk: Desk) -> None:
    box = Newcomer(invited(desk.hq))
    asked = documents.peek(box.request(), documents.SiteRequest)
    for signers in ([box.sign], [box.sign, SigningKey.generate()], [box.bundle.key]):
        forged = dsse.sign(documents.TYPES[type(asked)], documents.to_bytes(asked), signers)
        with pytest.raises(SignatureRefused):
            site_requests.take_request(desk.hq, forged, "192.0.2.7", AT)


def test_of_two_boxes_that_come_with_one_token_one_is_claimed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second passed every look before the first was committed."""
    bundle = invited(desk.hq)
    Newcomer(bundle).comes(desk.hq)
    monkeypatch.setattr(site_requests, "_refusal", lambda *_: None)
    with pytest.raises(InvitationUsed):
        Newcomer(bundle).comes(desk.hq)


def test_without_the_claim_two_boxes_would_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = invited(desk.hq)
    Newcomer(bundle).comes(desk.hq)
    monkeypatch.setattr(site_requests, "_refusal", lambda *_: None)
    monkeypatch.setattr(site_requests, "_claim", lambda *_: True)
    assert Newcomer(bundle).comes(desk.hq) is None


def test_words_that_differ_certify_nobody_and_five_times_end_it(desk: Desk) -> None:
    box = Newcomer(invited(desk.hq))
    box.comes(desk.hq)
    digest = site_requests.waiting_of(desk.hq, "site-02")
    with pytest.raises(WordUnknown):
        site_requests.confirm(desk.hq, FIRST, digest, "six words that are not there")
    for _ in range(5):
        with pytest.raises(WordsDiffer):
            site_requests.confirm(desk.hq, FIRST, digest, WRONG)
    for after in (lambda: box.comes(desk.hq), lambda: confirm_again(desk, digest, box)):
        with pytest.raises(RequestTurnedAway):
            after()
    assert "site-02" not in [row.id for row in sites.list_sites(desk.hq)]


def confirm_again(desk: Desk, digest: str, box: Newcomer) -> None:
    site_requests.confirm(desk.hq, FIRST, digest, box.words())


def test_without_the_comparison_a_thief_with_a_photograph_would_be_certified(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = Newcomer(invited(desk.hq))
    mine = Newcomer(thief.bundle)
    thief.comes(desk.hq)
    digest = site_requests.waiting_of(desk.hq, "site-02")
    with pytest.raises(WordsDiffer):
        site_requests.confirm(desk.hq, FIRST, digest, mine.words())
    monkeypatch.setattr(site_requests.SixWords, "differing", lambda *_: [])
    assert site_requests.confirm(desk.hq, FIRST, digest, mine.words()) == 1


def test_a_withdrawn_bundle_stops_a_box_that_waits(desk: Desk) -> None:
    box = Newcomer(invited(desk.hq))
    box.comes(desk.hq)
    digest = site_requests.waiting_of(desk.hq, "site-02")
    invitations.withdraw(desk.hq, FIRST, box.bundle.key.public.key_id)
    with pytest.raises(InvitationWithdrawn):
        box.comes(desk.hq)
    with pytest.raises(InvitationWithdrawn):
        confirm_again(desk, digest, box)


def test_two_people_replace_a_box_and_the_old_one_is_overtaken(desk: Desk) -> None:
    old = enrolled(desk.hq)
    new = Newcomer(invited(desk.hq))
    with pytest.raises(InvitationWaits):
        new.comes(desk.hq)
    with pytest.raises(SecondPersonNeeded):
        invitations.allow(desk.hq, FIRST, new.bundle.key.public.key_id)
    invitations.allow(desk.hq, SECOND, new.bundle.key.public.key_id)
    assert new.comes(desk.hq) is None
    assert confirmed(desk.hq, new) == 2
    assert sites.sign_key(desk.hq, "site-02") == new.sign.public
    with pytest.raises(SiteHasABox):
        old.comes(desk.hq)


def test_of_two_allowed_replacements_the_second_is_refused(desk: Desk) -> None:
    enrolled(desk.hq)
    boxes = [Newcomer(invited(desk.hq)) for _ in range(2)]
    for box in boxes:
        invitations.allow(desk.hq, SECOND, box.bundle.key.public.key_id)
        assert box.comes(desk.hq) is None
    digests = [row.digest for row in site_requests.list_waiting(desk.hq, 99)]
    words = {box.bundle.key.public.key_id: box for box in boxes}
    first, second = (
        (row.digest, words[row.invitation])
        for row in list_requests(desk.hq, 99)
        if row.digest in digests
    )
    confirm_again(desk, *first)
    with pytest.raises(SiteHasABox):
        confirm_again(desk, *second)


def test_a_box_that_waits_gets_a_certificate_by_the_new_key_when_the_old_is_revoked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = enrolled(desk.hq)
    root, old = desk.hq.keys.root(), desk.hq.keys.enrolment().public.key_id
    later = Stamp("first", AT + 9)
    rotate(desk.hq, later, root, "enrolment", 30)
    before = box.comes(desk.hq)
    keys.revoke(desk.hq, later, root, old, "stolen")
    after = box.comes(desk.hq)
    assert before is not None
    assert after is not None
    assert read_answer_for(box.bundle, before).issued_at == AT
    assert read_answer_for(box.bundle, after).serial == 1
    signed = documents.from_bytes(after, Answer).certificate
    assert dsse.peek(signed)[2] == (desk.hq.keys.enrolment().public.key_id,)
    assert documents.peek(sites.certificate_envelope(desk.hq, "site-02"), Certificate).serial == 1


def test_a_key_that_enrols_may_be_revoked_at_once_and_then_nobody_enrols(desk: Desk) -> None:
    box = Newcomer(invited(desk.hq))
    box.comes(desk.hq)
    keys.revoke(
        desk.hq, FIRST, desk.hq.keys.root(), desk.hq.keys.enrolment().public.key_id, "stolen"
    )
    with pytest.raises(EnrolmentKeyMissing):
        confirmed(desk.hq, box)
    with pytest.raises(EnrolmentKeyMissing):
        invited(desk.hq)
    rotate(desk.hq, FIRST, desk.hq.keys.root(), "enrolment", 30)
    assert confirmed(desk.hq, box) == 1
