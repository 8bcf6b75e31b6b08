import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan import check_digits
from madoguchi.japan.addresses import municipalities, prefectures
from madoguchi.japan.check_digits import NumberError


def test_every_local_government_code_of_the_country_passes():
    codes = [prefecture.code6 for prefecture in prefectures()]
    codes += [city.code for prefecture in prefectures() for city in municipalities(prefecture.name)]

    assert len(codes) == 1794
    assert all(map(check_digits.is_local_government_code, codes))


@pytest.mark.parametrize(
    "code", ["032019", "032020", "032024", "03201", "0320180", "03201a", "０３２０１８", ""]
)
def test_a_wrong_local_government_code_fails(code):
    assert not check_digits.is_local_government_code(code)


def test_corporate_numbers_begin_with_their_check_digit():
    assert check_digits.is_corporate_number("7000012050002")
    assert check_digits.is_corporate_number("8000020130001")
    assert check_digits.corporate_number_check_digit("000020032018") == "6"
    assert not check_digits.is_corporate_number("7000012050003")
    assert not check_digits.is_corporate_number("700001205000")


def test_individual_numbers_end_with_their_check_digit():
    assert check_digits.is_individual_number("123456789018")
    assert not check_digits.is_individual_number("123456789019")
    assert not check_digits.is_individual_number("12345678901")


def test_addressee_numbers_follow_modulus_11_with_weights_2_to_7():
    # 1234567: 7*2 + 6*3 + 5*4 + 4*5 + 3*6 + 2*7 + 1*2 = 106 = 9 * 11 + 7, so 11 - 7
    assert check_digits.addressee_check_digit("1234567") == "4"
    assert check_digits.is_addressee_number("12345674")
    assert check_digits.addressee_check_digit("0000000") == "0"
    assert not check_digits.is_addressee_number("12345675")
    assert not check_digits.is_addressee_number("4")


@pytest.mark.parametrize(
    ("compute", "number", "code"),
    [
        (check_digits.local_government_check_digit, "032", "wrong_length"),
        (check_digits.individual_number_check_digit, "1234567890a", "wrong_character"),
        (check_digits.addressee_check_digit, "", "wrong_character"),
    ],
)
def test_a_check_digit_needs_the_right_digits(compute, number, code):
    with pytest.raises(NumberError) as refused:
        compute(number)
    assert refused.value.code == code


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_of_an_individual_number_is_noticed_unless_the_rule_merges_two_remainders(
    base, place, shift
):
    number = base + check_digits.individual_number_check_digit(base)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

    # Remainders 0 and 1 share the digit 0, the rule's own gap.
    assert not check_digits.is_individual_number(wrong) or number[-1] == wrong[-1] == "0"


RANDOM = st.binary(min_size=12, max_size=16)


def test_the_receipt_alphabet_has_no_look_alikes():
    assert len(check_digits.RECEIPT_ALPHABET) == len(set(check_digits.RECEIPT_ALPHABET)) == 29
    for group in ("0O", "1IL", "2Z", "5S", "8B", "UV"):
        assert len(set(group) & set(check_digits.RECEIPT_ALPHABET)) == 1


@given(RANDOM)
def test_a_new_receipt_number_is_12_characters_and_right(random_bytes):
    number = check_digits.new_receipt_number(random_bytes)

    assert len(number) == 12
    assert check_digits.is_receipt_number(number)
    assert check_digits.normalise_receipt_number(check_digits.format_receipt_number(number)) == number


@given(RANDOM)
def test_every_single_wrong_character_of_a_receipt_number_is_noticed(random_bytes):
    number = check_digits.new_receipt_number(random_bytes)
    for place, right in enumerate(number):
        for other in check_digits.RECEIPT_ALPHABET.replace(right, ""):
            assert not check_digits.is_receipt_number(number[:place] + other + number[place + 1 :])


@given(RANDOM)
def test_every_swap_of_two_characters_of_a_receipt_number_is_noticed(random_bytes):
    number = check_digits.new_receipt_number(random_bytes)
    for first in range(12):
        for second in range(first + 1, 12):
            swapped = list(number)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            if swapped != list(number):
                assert not check_digits.is_receipt_number("".join(swapped))


def test_no_two_characters_may_be_swapped_in_any_two_neighbouring_places():
    for place in range(10):
        for one in check_digits.RECEIPT_ALPHABET:
            for other in check_digits.RECEIPT_ALPHABET:
                body = ("0" * place + one + other).ljust(11, "0")
                number = body + check_digits._receipt_check(body)
                swapped = number[:place] + other + one + number[place + 2 :]
                assert check_digits.is_receipt_number(number)
                assert one == other or not check_digits.is_receipt_number(swapped)


@given(RANDOM, st.sampled_from([" ", "-", "　", "－", "ー"]))
def test_a_receipt_number_is_read_however_it_is_typed(random_bytes, separator):
    number = check_digits.new_receipt_number(random_bytes)
    typed = separator.join((number[:4], number[4:8], number[8:])).lower()
    confused = typed.translate(str.maketrans("01258v", "olzsbu"))
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in confused)

    for version in (typed, confused, wide, f"  {typed}\n"):
        assert check_digits.normalise_receipt_number(version) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "wrong_length"),
        ("1234-5678", "wrong_length"),
        ("1234-5678-9!AC", "wrong_character"),
        ("000000000001", "wrong_check"),
    ],
)
def test_what_is_no_receipt_number_is_refused_with_its_reason(text, code):
    with pytest.raises(NumberError) as refused:
        check_digits.normalise_receipt_number(text)
    assert refused.value.code == code


def test_too_little_chance_makes_no_receipt_number():
    with pytest.raises(NumberError):
        check_digits.new_receipt_number(b"too short")
