"""A store in an S3-compatible bucket; keys come from the environment (AWS_ACCESS_KEY_ID and its kin)."""

import base64
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import parse_qsl, urlsplit

from madoguchi.common.files.store import (
    Entry,
    NotStored,
    StorageFull,
    StorageUnavailable,
    StoredObject,
    checked,
    pieces,
    storage_errors,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

IN_MEMORY_BYTES = 1024 * 1024
GONE = {"404", "NoSuchKey"}
NO_ROOM = {"507", "XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "EntityTooLarge"}


class S3Store:
    """Objects `<prefix>/ab/abcd…`; the server checks the SHA-256 of what it receives."""

    def __init__(self, bucket: str, prefix: str = "", *, endpoint: str = "", region: str = "") -> None:
        self.bucket, self.prefix = bucket, prefix.strip("/")
        self.endpoint, self.region = endpoint, region

    @cached_property
    def client(self) -> "S3Client":
        """The connection, made at first use: boto3 is slow to import and large."""
        import boto3
        from botocore.config import Config

        with _s3_errors():
            # A session of its own: making clients from the shared one is not safe between threads.
            return boto3.session.Session().client(
                "s3",
                endpoint_url=self.endpoint or None,
                region_name=self.region or None,
                config=Config(
                    connect_timeout=3,
                    read_timeout=20,
                    retries={"total_max_attempts": 3, "mode": "standard"},
                    s3={"addressing_style": "path" if self.endpoint else "auto"},
                ),
            )

    def put(self, content: bytes | Iterable[bytes]) -> StoredObject:
        """Keep the content; S3 answers only when it is durable, and refuses it if a bit was lost on the way.

        What is there already is sent again: that costs less than asking, and renews its date.
        """
        with storage_errors(), tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
            sha256, size = hashlib.sha256(), 0
            for piece in pieces(content):
                sha256.update(piece)
                size += spool.write(piece)
            spool.seek(0)
            digest = sha256.hexdigest()
            with _s3_errors():
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=self._key(digest),
                    Body=cast(BinaryIO, spool),
                    ContentLength=size,
                    ContentType="application/octet-stream",
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=base64.b64encode(sha256.digest()).decode(),
                )
        return StoredObject(digest, size)

    def open(self, digest: str) -> BinaryIO:
        """The content in a temporary file of this machine, its checksum compared on the way."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        try:
            with storage_errors(), _s3_errors():
                answer = self.client.get_object(
                    Bucket=self.bucket, Key=self._key(digest), ChecksumMode="ENABLED"
                )
                for chunk in answer["Body"].iter_chunks(256 * 1024):
                    file.write(chunk)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return cast(BinaryIO, file)

    def exists(self, digest: str) -> bool:
        """Whether content is held under this digest."""
        try:
            with _s3_errors():
                self.client.head_object(Bucket=self.bucket, Key=self._key(digest))
        except NotStored:
            return False
        return True

    def delete(self, digest: str) -> None:
        """Remove the content; harmless when it is gone already."""
        with _s3_errors():
            self.client.delete_object(Bucket=self.bucket, Key=self._key(digest))

    def delete_unless_put_since(self, digest: str, moment: datetime) -> None:
        """Remove the content unless it was put in at `moment` or later, as the bucket says right before.

        S3 deletes on condition of the content only, never of its date: the two requests follow one another at once.
        """
        with suppress(NotStored), _s3_errors():
            head = self.client.head_object(Bucket=self.bucket, Key=self._key(digest))
            if head["LastModified"] < moment:
                self.delete(digest)

    def verify(self, digest: str) -> bool:
        """Read everything back and say whether it still has this digest."""
        sha256 = hashlib.sha256()
        with _s3_errors():
            answer = self.client.get_object(Bucket=self.bucket, Key=self._key(digest))
            for chunk in answer["Body"].iter_chunks(256 * 1024):
                sha256.update(chunk)
        return sha256.hexdigest() == digest

    def entries(self) -> Iterator[Entry]:
        """Everything held under the prefix."""
        prefix = f"{self.prefix}/" if self.prefix else ""
        with _s3_errors():
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            for page in pages:
                for found in page.get("Contents", []):
                    yield Entry(found["Key"].rsplit("/", 1)[-1], found["Size"], found["LastModified"])

    def check(self) -> None:
        """Return when the bucket answers."""
        try:
            with _s3_errors():
                self.client.head_bucket(Bucket=self.bucket)
        except NotStored as error:
            raise StorageUnavailable("no such bucket") from error

    def _key(self, digest: str) -> str:
        name = f"{checked(digest)[:2]}/{digest}"
        return f"{self.prefix}/{name}" if self.prefix else name


def open_s3(url: str) -> S3Store:
    """A store for `s3://bucket/prefix?endpoint=https://…&region=…`."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if not parts.netloc or options.keys() - {"endpoint", "region"}:
        raise StorageUnavailable("FILES_URL needs s3://bucket/prefix?endpoint=…&region=…")
    return S3Store(
        parts.netloc, parts.path, endpoint=options.get("endpoint", ""), region=options.get("region", "")
    )


@contextmanager
def _s3_errors() -> Iterator[None]:
    """Turn boto3's many errors into the store's own."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in GONE:
            raise NotStored("no such content") from error
        if code in NO_ROOM:
            raise StorageFull("no room left") from error
        raise StorageUnavailable(code) from error
    except BotoCoreError as error:
        raise StorageUnavailable(type(error).__name__) from error
