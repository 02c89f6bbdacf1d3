"""The codes of a package over the network at its hour (docs/specs/signed-statements.md)."""

from dataclasses import dataclass, field

from sync.errors import ForOtherPackage, MalformedCode
from sync.wire.documents import UnlockRelease, sign
from sync.wire.keys import OpeningKey, SealingKey, SigningKey, VerifyKey
from sync.wire.lock import CodePair
from sync.wire.register import KeyRegister
from sync.wire.trusted import read_told
from sync.wire.unlock import OFFICIALS, SECRET_CHARACTERS, UnlockCode


def write_release(
    codes: CodePair,
    site: SealingKey,
    signer: SigningKey,
    *,
    named: str,
    session: str,
    package: str,
    at: int,
) -> bytes:
    """Both codes for the site called `named`, sealed to its key and signed."""
    secrets = b"".join(code.secret for code in sorted(codes, key=lambda code: code.official))
    sealed = site.seal(secrets, _info(package))
    return sign(UnlockRelease(named, session, package, sealed, at), signer)


@dataclass(frozen=True)
class ReleaseReader:
    """What a site reads releases with: its name, its key, the unlock key of its certificate."""

    site: str
    opener: OpeningKey = field(repr=False)
    key: VerifyKey

    def read(
        self, envelope: bytes, register: KeyRegister | None = None, *, session: str, package: str
    ) -> CodePair:
        """The codes if headquarters released just this package to just this site.

        ForOtherPackage, CannotOpen for another key, MalformedCode for what are no codes.
        """
        release = read_told(envelope, UnlockRelease, self.key, register)
        named = (("site", self.site), ("session", session), ("package", package))
        for what, expected in named:
            found = getattr(release, what)
            if found != expected:
                raise ForOtherPackage(what=what, expected=expected, found=found)
        secrets = self.opener.open(release.sealed, _info(package))
        first, second = OFFICIALS
        try:
            return (
                UnlockCode(first, secrets[:SECRET_CHARACTERS]),
                UnlockCode(second, secrets[SECRET_CHARACTERS:]),
            )
        except ValueError as error:
            raise MalformedCode(official=f"{first}+{second}", reason=str(error)) from None


def _info(package: str) -> bytes:
    return b"examsite/v1/release" + package.encode("ascii")
