"""A site proves who it is by signing what it asks for."""

import base64
import binascii

from sync.errors import DocumentRefused, NotFound
from sync.headquarters.errors import SiteNotProven
from sync.headquarters.register.sites import sign_key
from sync.headquarters.store.folder import Headquarters
from sync.wire import documents
from sync.wire.documents import FetchRequest
from sync.words import Language


def proven_site(
    headquarters: Headquarters, header: str, method: str, path: str, language: Language = "zh"
) -> str:
    """The site that signed this method and path; SiteNotProven.

    The time in the statement is not held against a clock: sites' clocks may be wrong, and what a
    repeat would get is a sealed package that only this site can open.
    """
    try:
        envelope = base64.b64decode(header, validate=True)
        claimed = documents.peek(envelope, FetchRequest).site
        said = documents.read(envelope, FetchRequest, [sign_key(headquarters, claimed)])
    except (binascii.Error, ValueError):
        raise SiteNotProven(reason="base64") from None
    except (DocumentRefused, NotFound) as error:
        raise SiteNotProven(reason=error.say(language)) from None
    if (said.method, said.path) != (method, path):
        raise SiteNotProven(reason=f"{said.method} {said.path}"[:120])
    return said.site
