from datetime import date, timedelta

import pytest

from madoguchi.identity import rules
from madoguchi.identity.rules import Step


@pytest.mark.parametrize(
    ("second_factor", "has_authenticator", "must_change", "step"),
    [
        ("", False, True, Step.ENROL),
        ("", False, False, Step.ENROL),
        ("", True, True, Step.CODE),
        ("", True, False, Step.CODE),
        ("one_time_code", True, True, Step.PASSWORD),
        ("recovery_code", True, False, Step.DONE),
        ("one_time_code", False, False, Step.DONE),
    ],
)
def test_signing_in_asks_for_what_is_missing_in_order(second_factor, has_authenticator, must_change, step):
    assert (
        rules.next_step(
            second_factor=second_factor,
            has_authenticator=has_authenticator,
            must_change_password=must_change,
        )
        == step
    )


def test_four_attempts_cost_no_wait_and_then_the_wait_doubles_up_to_half_an_hour():
    waits = [rules.wait_after(n) for n in range(1, 12)]

    assert waits[:4] == [timedelta(0)] * 4
    assert waits[4:8] == [timedelta(minutes=m) for m in (1, 2, 4, 8)]
    assert rules.wait_after(10) == rules.wait_after(10_000) == timedelta(minutes=30)


@pytest.mark.parametrize("text", ["ab", "s1001", "hanako.iwate", "a_b-c"])
def test_a_log_in_has_small_letters_digits_and_few_signs(text):
    assert rules.is_login(text)


@pytest.mark.parametrize("text", ["", "a", "Hanako", ".ab", "花子", "a b", "a" * 41, "ab\n"])
def test_other_texts_are_no_log_in(text):
    assert not rules.is_login(text)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (date(2026, 11, 23), date(2027, 11, 22)),
        (date(2027, 1, 1), date(2027, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_a_protection_holds_for_one_year_also_from_a_leap_day(begins, ends):
    assert rules.protected_until(begins) == ends


def test_an_extension_can_be_asked_for_in_the_last_month_only():
    until = date(2027, 3, 31)

    assert not rules.may_be_extended(valid_until=until, today=date(2027, 2, 27))
    assert rules.may_be_extended(valid_until=until, today=date(2027, 2, 28))
    assert rules.may_be_extended(valid_until=until, today=until)
    assert not rules.may_be_extended(valid_until=until, today=date(2027, 4, 1))
