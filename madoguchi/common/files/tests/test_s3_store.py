import base64
import hashlib
from datetime import timedelta

import boto3
import pytest
from botocore.stub import Stubber
from moto.server import ThreadedMotoServer

from madoguchi.common.files.registry import UnknownAddress, open_store
from madoguchi.common.files.s3 import S3Store
from madoguchi.common.files.store import NotStored, StorageFull, StorageUnavailable

CONTENT = "窓口".encode() * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def store(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket="city")
    for found in client.list_objects_v2(Bucket="city").get("Contents", []):
        client.delete_object(Bucket="city", Key=found["Key"])
    return open_store(f"s3://city/files/a?endpoint={endpoint}&region=us-east-1")


def test_what_is_put_is_read_back_under_its_sha256(store):
    stored = store.put([CONTENT[:100], CONTENT[100:]])

    assert (stored.digest, stored.size) == (DIGEST, len(CONTENT))
    with store.open(DIGEST) as content:
        assert content.read() == CONTENT
        assert content.fileno() > 0
    assert store.exists(DIGEST)
    assert store.verify(DIGEST)


def test_the_server_is_given_the_checksum_to_compare(store):
    store.put(CONTENT)

    head = store.client.head_object(
        Bucket="city", Key=f"files/a/{DIGEST[:2]}/{DIGEST}", ChecksumMode="ENABLED"
    )
    assert base64.b64decode(head["ChecksumSHA256"]).hex() == DIGEST


def test_the_same_content_is_kept_once(store):
    store.put(CONTENT)
    store.put(CONTENT)

    assert [(entry.digest, entry.size) for entry in store.entries()] == [(DIGEST, len(CONTENT))]


def test_content_changed_in_the_bucket_is_noticed(store):
    store.put(CONTENT)
    store.client.put_object(Bucket="city", Key=f"files/a/{DIGEST[:2]}/{DIGEST}", Body=b"changed")

    assert not store.verify(DIGEST)


def test_deleting_removes_the_content_and_may_be_done_twice(store):
    store.put(CONTENT)

    store.delete(DIGEST)
    store.delete(DIGEST)

    assert not store.exists(DIGEST)
    with pytest.raises(NotStored):
        store.open(DIGEST)
    with pytest.raises(NotStored):
        store.verify(DIGEST)


def test_old_content_is_deleted_unless_it_was_put_in_since(store):
    store.put(CONTENT)
    put_at = next(store.entries()).stored_at

    store.delete_unless_put_since(DIGEST, put_at)
    assert store.exists(DIGEST)
    for _ in range(2):
        store.delete_unless_put_since(DIGEST, put_at + timedelta(seconds=1))

    assert not store.exists(DIGEST)


def test_a_missing_bucket_is_unavailable_and_not_merely_empty(store, endpoint):
    elsewhere = open_store(f"s3://nowhere?endpoint={endpoint}&region=us-east-1")

    for ask in (elsewhere.check, lambda: elsewhere.put(CONTENT), lambda: elsewhere.open(DIGEST)):
        with pytest.raises(StorageUnavailable):
            ask()
    with pytest.raises(StorageUnavailable):
        list(elsewhere.entries())
    store.check()


@pytest.mark.slow
def test_a_host_that_is_down_is_unavailable(store):
    down = S3Store("city", endpoint="http://127.0.0.1:9", region="us-east-1")

    with pytest.raises(StorageUnavailable):
        down.put(CONTENT)


def test_missing_keys_are_named_when_the_store_is_used(endpoint, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    store = open_store(f"s3://city?endpoint={endpoint}&region=us-east-1")

    with pytest.raises(StorageUnavailable, match="NoCredentialsError"):
        store.check()


@pytest.mark.parametrize("code", ["XMinioStorageFull", "InsufficientStorage", "QuotaExceeded"])
def test_a_full_bucket_is_named_as_such(store, code):
    with Stubber(store.client) as answers:
        answers.add_client_error("put_object", code)
        with pytest.raises(StorageFull):
            store.put(CONTENT)


def test_an_address_with_an_unknown_option_is_refused():
    with pytest.raises(UnknownAddress):
        open_store("s3://city/files?endpont=http://127.0.0.1")
