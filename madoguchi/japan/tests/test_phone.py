import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan import phone
from madoguchi.japan.phone import PhoneError


@pytest.mark.parametrize(
    "text",
    ["019-651-4111", "0196514111", "０１９－６５１－４１１１", "(019) 651-4111", "019(651)4111", "+81 19-651-4111",
     "+81(0)19-651-4111", "019 651 4111", "019ー651ー4111"],
)  # fmt: skip
def test_a_number_is_read_however_it_is_typed(text):
    assert phone.normalise_phone(text) == "0196514111"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("なし", "wrong_character"),
        ("651-4111", "no_leading_zero"),
        ("1196514111", "no_leading_zero"),
        ("0096514111", "no_leading_zero"),
        ("019-651-411", "wrong_length"),
        ("019-651-41111", "wrong_length"),
        ("090-1234-567", "wrong_length"),
        ("090-1234-56789", "wrong_length"),
        ("+1 212 555 0100", "wrong_character"),
    ],
)
def test_what_is_no_number_of_japan_is_refused_with_its_reason(text, code):
    with pytest.raises(PhoneError) as refused:
        phone.normalise_phone(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("0196514111", "019-651-4111"),
        ("09012345678", "090-1234-5678"),
        ("06012345678", "060-1234-5678"),
        ("05012345678", "050-1234-5678"),
        ("0312345678", "03-1234-5678"),
        ("0612345678", "06-1234-5678"),
        ("0192273111", "0192-27-3111"),
        ("0120123456", "0120-123-456"),
        ("08001234567", "0800-123-4567"),
        ("0221234567", "022-123-4567"),
    ],
)
def test_a_number_is_shown_in_its_usual_groups(digits, shown):
    assert phone.normalise_phone(digits) == digits
    assert phone.format_phone(digits) == shown


def test_something_else_is_shown_as_it_is():
    assert phone.format_phone("110") == "110"


def test_only_mobile_numbers_receive_short_messages():
    assert phone.is_mobile_phone("09012345678")
    assert not phone.is_mobile_phone("0196514111")
    assert not phone.is_mobile_phone("05012345678")


@given(
    st.from_regex(r"0[1-9][1-9][0-9]{7}", fullmatch=True)
    | st.from_regex(r"0[6-9]0[1-9][0-9]{7}", fullmatch=True)
)
def test_a_shown_number_reads_back_as_its_digits(digits):
    assert phone.normalise_phone(phone.format_phone(digits)) == digits
