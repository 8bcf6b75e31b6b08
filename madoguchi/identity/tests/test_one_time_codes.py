from datetime import UTC, datetime, timedelta

import pyotp

from madoguchi.identity import one_time_codes, sealing

NOW = datetime(2026, 11, 23, 6, 0, 10, tzinfo=UTC)
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238 appendix B: "12345678901234567890"


def test_codes_are_those_of_the_rfc():
    assert one_time_codes.code_of(SEED, 59 // 30) == "287082"
    assert one_time_codes.code_of(SEED, 1111111109 // 30) == "081804"


def test_the_code_before_and_after_are_taken_and_no_others():
    step = one_time_codes.step_at(NOW)

    found = {
        n: one_time_codes.step_of(SEED, one_time_codes.code_of(SEED, step + n), after=0, now=NOW)
        for n in (-2, -1, 0, 1, 2)
    }

    assert found == {-2: None, -1: step - 1, 0: step, 1: step + 1, 2: None}


def test_a_code_is_not_taken_twice_nor_an_older_one_after_it():
    step = one_time_codes.step_at(NOW)
    code = one_time_codes.code_of(SEED, step)

    assert one_time_codes.step_of(SEED, code, after=step, now=NOW) is None
    assert one_time_codes.step_of(SEED, code, after=step - 1, now=NOW) == step


def test_an_app_reads_the_address_back():
    address = one_time_codes.address_for_app(SEED, login="hanako", issuer="窓口 盛岡市")

    read = pyotp.parse_uri(address)

    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer) == (SEED, "hanako", "窓口 盛岡市")
    assert read.at(NOW + timedelta(0)) == one_time_codes.code_of(SEED, one_time_codes.step_at(NOW))


def test_a_sealed_seed_shows_nothing_and_opens_again_also_after_the_key_was_replaced(settings):
    sealed = sealing.seal(SEED)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 6, [old]

    assert SEED not in sealed
    assert sealing.unseal(sealed) == SEED
