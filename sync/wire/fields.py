"""What members of signed statements may be: bounds that their reader keeps (msgspec)."""

from typing import Annotated

from msgspec import Meta

from sync.wire.canonical import MAX_INTEGER
from sync.wire.keys import SEALING_KEY_LENGTH, SEALING_OVERHEAD, VERIFY_KEY_LENGTH
from sync.wire.unlock import OFFICIALS, SECRET_CHARACTERS

CODES_LENGTH = len(OFFICIALS) * SECRET_CHARACTERS + SEALING_OVERHEAD
# Ids become parts of file names and addresses.
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\Z")]
Text = Annotated[str, Meta(min_length=1)]
Number = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
# Server terms and serials count from 1.
Counter = Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
Root = Annotated[bytes, Meta(min_length=32, max_length=32)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
VerifyBytes = Annotated[bytes, Meta(min_length=VERIFY_KEY_LENGTH, max_length=VERIFY_KEY_LENGTH)]
SealedCodes = Annotated[bytes, Meta(min_length=CODES_LENGTH, max_length=CODES_LENGTH)]
# Who may sign packages: two sign each, so there are two at least.
ReleaseKeys = Annotated[tuple[VerifyBytes, ...], Meta(min_length=2, max_length=16)]
SealingBytes = Annotated[bytes, Meta(min_length=SEALING_KEY_LENGTH, max_length=SEALING_KEY_LENGTH)]
