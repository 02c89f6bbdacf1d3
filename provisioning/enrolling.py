"""A box becomes a site: it brings its bundle's request to headquarters until that has an answer."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from siteapp.identity import accept_answer, request_for
from sync.delivery_errors import (
    HeadquartersBusy,
    HeadquartersFailed,
    RefusedByHeadquarters,
    UnexpectedAnswer,
)
from sync.errors import REFUSALS, HeadquartersUnreachable
from sync.wire.documents import Certificate
from sync.wire.enrolment import Bundle, read_site_request
from sync.wire.six_words import SixWords, six_words

log = logging.getLogger(__name__)
# Longer than any bundle is.
MOST_BUNDLE = 4096
POLL_S = 5.0
_LATER = (HeadquartersUnreachable, HeadquartersBusy, HeadquartersFailed, UnexpectedAnswer)


class Way(Protocol):
    """A line or a stick."""

    def enrol(self, request: bytes) -> bytes | None:
        """Bring the request; the answer if there is one."""


class Enrolment:
    """The enrolment of the box in `folder` by one bundle; AlreadyEnrolled if it is a site."""

    def __init__(self, folder: Path, bundle: Bundle) -> None:
        self._folder, self.bundle = folder, bundle
        self._request = request_for(folder, bundle)

    def words(self) -> SixWords:
        """What is read out to headquarters."""
        return six_words(read_site_request(self._request)[1])

    def wait(self, way: Way, sleep: Callable[[float], object] = time.sleep) -> Certificate:
        """Ask until there is a certificate; a line that is away is waited for too."""
        while True:
            pause = POLL_S
            try:
                found = self.ask(way)
            except HeadquartersBusy as busy:
                found, pause = None, max(POLL_S, busy.retry_after or 0)
            except _LATER as error:
                log.warning("%s", error)
                found = None
            if found is not None:
                return found
            sleep(pause)

    def ask(self, way: Way) -> Certificate | None:
        """The certificate, kept; None while headquarters has not confirmed the words.

        A refusal is raised as headquarters raised it.
        """
        try:
            answer = way.enrol(self._request)
        except RefusedByHeadquarters as refusal:
            found = REFUSALS.get(str(refusal.answer.get("code")))
            if found is None:
                raise
            raise found from refusal
        if answer is None:
            return None
        return accept_answer(self._folder, self.bundle, answer)


def progress(words: SixWords, certificate: Certificate | None) -> str:
    """How far it is, on one line."""
    shown: dict[str, object] = {"words": {"zh": words.in_("zh"), "en": words.in_("en")}}
    if certificate is not None:
        shown |= {"site": certificate.site, "serial": certificate.serial}
    return json.dumps(shown, ensure_ascii=False)
