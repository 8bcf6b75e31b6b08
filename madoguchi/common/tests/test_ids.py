"""Ids and secrets."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.common import ids


def test_ids_sort_by_the_time_they_were_made_and_are_version_7():
    made = [ids.id_at(moment, 5) for moment in (1, 2, 1_795_000_000_000)]

    assert made == sorted(made)
    assert {i.version for i in made} == {7}
    assert ids.new_id().version == 7


@given(st.integers(min_value=0, max_value=2**80 - 1))
def test_chance_makes_different_ids_of_one_moment(chance):
    assert ids.id_at(1_795_000_000_000, chance).int >> 80 == 1_795_000_000_000


def test_a_secret_is_known_again_however_it_is_typed():
    secret = ids.new_secret(8)
    digest = ids.secret_digest(secret)

    assert ids.is_secret(ids.normalise_secret(ids.grouped(secret).lower() + "　"), digest)
    assert not ids.is_secret(ids.normalise_secret("あ" + secret), digest)


def test_the_digest_of_a_secret_cannot_be_made_without_the_key_and_fits_its_column(settings):
    secret = ids.new_secret(8)
    digest = ids.secret_digest(secret)
    settings.SECRET_KEY = "another key " * 6

    assert hashlib.sha256(secret.encode()).hexdigest() not in digest
    assert ids.secret_digest(secret) != digest
    assert not ids.is_secret(secret, digest)
    assert len(digest) <= 64


def test_a_secret_is_known_again_after_the_key_was_replaced_as_long_as_the_old_one_counts(settings):
    secret = ids.new_secret(8)
    digest = ids.secret_digest(secret)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 6, [settings.SECRET_KEY]

    assert ids.is_secret(secret, digest)
    assert not ids.is_secret(ids.new_secret(8), digest)
    assert ids.secret_digests(secret)[0] == ids.secret_digest(secret) != digest


def test_no_secret_is_behind_an_empty_or_a_plain_digest():
    secret = ids.new_secret(8)

    assert not ids.is_secret("", "")
    assert not ids.is_secret(secret, hashlib.sha256(secret.encode()).hexdigest())


def test_secrets_have_no_letters_that_look_alike():
    assert not set("0O1IL8B") & set(ids.SECRET_ALPHABET)
