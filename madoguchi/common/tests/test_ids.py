"""Ids and secrets."""

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


def test_secrets_have_no_letters_that_look_alike():
    assert not set("0O1IL8B") & set(ids.SECRET_ALPHABET)
