"""The little of XML and SOAP that ONVIF needs, for answers that nobody trusts."""

import base64
import hashlib
import os
from datetime import UTC, datetime
from xml.parsers import expat
from xml.sax.saxutils import escape

from siteapp.cameras.login import Secret

MOST_ELEMENTS, MOST_DEPTH, MOST_TEXT = 5_000, 40, 2_000
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
_CODING = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)
Texts = list[tuple[tuple[str, ...], str]]


class NotXml(Exception):
    """Not well formed, too much of it, or with a document type."""


def texts(data: bytes) -> Texts:
    """Every element's text (and attributes as `@name`), by its path of names without prefixes."""
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotXml(str(error)) from None
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found: Texts = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._elements = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        self.parser = parser

    def _refuse(self, *_: object) -> None:
        raise NotXml("document type")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._path.append(name.rsplit(" ", 1)[-1])
        if self._elements > MOST_ELEMENTS or len(self._path) > MOST_DEPTH:
            raise NotXml("too much")
        for attribute, value in attributes.items():
            at = (*self._path, "@" + attribute.rsplit(" ", 1)[-1])
            self.found.append((at, value[:MOST_TEXT]))
        self._text.clear()

    def _end(self, _: str) -> None:
        text = "".join(self._text).strip()[:MOST_TEXT]
        if text:
            self.found.append((tuple(self._path), text))
        self._text.clear()
        self._path.pop()


def first(found: Texts, *tail: str) -> str | None:
    """The first text whose path ends so."""
    return next((text for path, text in found if path[-len(tail) :] == tail), None)


def envelope(body: str, secret: Secret | None = None, created: datetime | None = None) -> bytes:
    """A request; with a name, the token of WS-Security that shows the password to nobody."""
    head = f"<s:Header>{_token(secret, created or datetime.now(UTC))}</s:Header>" if secret else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{ENVELOPE}">{head}'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _token(secret: Secret, created: datetime) -> str:
    nonce, moment = os.urandom(16), created.strftime("%Y-%m-%dT%H:%M:%SZ")
    mixed = nonce + moment.encode() + secret.password.encode()
    digest = base64.b64encode(hashlib.sha1(mixed, usedforsecurity=False).digest()).decode()
    return (
        f'<Security xmlns="{_SECURITY}"><UsernameToken><Username>{escape(secret.user)}</Username>'
        f'<Password Type="{_PROFILE}#PasswordDigest">{digest}</Password>'
        f'<Nonce EncodingType="{_CODING}">{base64.b64encode(nonce).decode()}</Nonce>'
        f'<Created xmlns="{_UTILITY}">{moment}</Created></UsernameToken></Security>'
    )
