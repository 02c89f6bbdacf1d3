"""Bytes in a store that speaks S3. Imported only where settings name one: minio is an extra."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import urllib3
from minio import Minio
from minio.error import InvalidResponseError, S3Error, ServerError

from sync.errors import NotFound, SecretMissing
from sync.headquarters.errors import BlobsAway, SettingRefused
from sync.headquarters.store.blobs import write_copy
from sync.headquarters.store.body import Body

CONNECT_S, READ_S = 3.0, 20.0
_FAULTS = (urllib3.exceptions.HTTPError, InvalidResponseError, S3Error, ServerError)
_NOT_THERE = ("NoSuchKey", "NoSuchObject")


class _Account(msgspec.Struct):
    """The content of keys/s3.json."""

    access: str
    secret: str


def connect(address: str, account: Path) -> tuple[Minio, str]:
    """A client and its bucket, for `s3+https://host[:port]/bucket`; nothing is asked yet."""
    found = urlsplit(address)
    bucket = found.path.strip("/")
    if found.scheme not in ("s3+https", "s3+http") or not bucket or found.username is not None:
        raise SettingRefused(name="blobs", reason="≠ folder, table, s3+https://host/bucket")
    try:
        keys = msgspec.json.decode(account.read_bytes(), type=_Account)
    except (OSError, msgspec.DecodeError):
        raise SecretMissing(path=str(account)) from None
    client = Minio(
        endpoint=found.netloc,
        access_key=keys.access,
        secret_key=keys.secret,
        secure=found.scheme == "s3+https",
        # Named, so that no request is spent on asking for it.
        region="us-east-1",
        # The sender tries again; a receiver that waits for long would hold its place at the gate.
        http_client=urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S), retries=False, maxsize=32
        ),
    )
    return client, bucket


class S3Blobs:
    """Objects named by area and digest; whatever goes wrong there is BlobsAway."""

    near = False

    def __init__(self, client: Minio, bucket: str, area: str) -> None:
        self._client, self._bucket, self._area = client, bucket, area

    def put(self, body: Body) -> bytes | None:
        """Stored when the store has answered."""
        try:
            with body.open() as file:
                self._client.put_object(self._bucket, self._name(body.digest), file, body.size)
        except _FAULTS as fault:
            raise _away(fault) from fault
        return None

    def put_all(self, bodies: Sequence[Body]) -> list[bytes | None]:
        """One after the other."""
        return [self.put(body) for body in bodies]

    def has(self, digest: str, size: int) -> bool:
        """Whether an object of that size has the name."""
        try:
            return self._client.stat_object(self._bucket, self._name(digest)).size == size
        except _FAULTS as fault:
            if isinstance(fault, S3Error) and fault.code in _NOT_THERE:
                return False
            raise _away(fault) from fault

    def read(self, digest: str) -> bytes:
        """The whole object."""
        try:
            with closing(self._client.get_object(self._bucket, self._name(digest))) as answer:
                return bytes(answer.read())
        except _FAULTS as fault:
            if isinstance(fault, S3Error) and fault.code in _NOT_THERE:
                raise NotFound(what=digest) from None
            raise _away(fault) from fault

    def copy(self, digest: str, target: Path) -> None:
        """By way of memory."""
        write_copy(target, self.read(digest))

    def _name(self, digest: str) -> str:
        return f"{self._area}/{digest[:2]}/{digest}"


def _away(fault: Exception) -> BlobsAway:
    return BlobsAway(reason=fault.code if isinstance(fault, S3Error) else type(fault).__name__)
