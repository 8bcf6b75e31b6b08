import pytest

from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext
from madoguchi.procedures.tests.building import CONTEXT, TODAY, Posted, answer, codes, messages, question

IWATE = {
    "kind": "bank",
    "bank_code": "0123",
    "bank_name": "岩手銀行",
    "branch_code": "001",
    "branch_name": "本店営業部",
    "account_type": "ordinary",
    "number": "0123456",
    "holder_kana": "ﾓﾘｵｶ ﾀﾛｳ",
}
TYPED = {
    "kind": "bank",
    "bank": "岩手銀行",
    "branch": "本店営業部",
    "account_type": "ordinary",
    "number": "123456",
    "holder_kana": "モリオカ　タロウ",
}
YUCHO = {"kind": "yucho", "symbol": "18310", "number": "12345671", "holder_kana": "ﾓﾘｵｶ ﾀﾛｳ"}


def account(**parts: str):
    return answer(question("bank_account"), **({**TYPED, **parts}))


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"bank": "0123", "branch": "001"},
        {"bank": "０１２３"},
        {"bank": "岩手"},
        {"number": "０１２３４５６"},
        {"holder_kana": "もりおか たろう"},
        {"holder_kana": "ﾓﾘｵｶ ﾀﾛｳ"},
        {"bank": "", "bank_code": "0123", "branch": "", "branch_code": "001"},
    ],
)
def test_an_account_is_found_by_name_or_code_and_put_right(parts):
    cleaned = account(**parts)

    assert (cleaned.value, cleaned.errors) == (IWATE, ())


def test_small_kana_and_long_marks_become_what_banks_write():
    assert account(holder_kana="ジョージ・ヲノ").value["holder_kana"] == "ｼﾞﾖ-ｼﾞ.ｵﾉ"


def test_a_name_that_fits_several_banks_offers_them():
    asked = question("bank_account")
    kind = registry.of(asked)
    raw = kind.read(asked, Posted(**(TYPED | {"bank": "岩"})))

    cleaned = kind.clean(asked, raw, CONTEXT)

    assert ["0123", "岩手銀行"] in raw["#banks"]
    assert codes(cleaned.errors) == [("bank_code", "ambiguous")]
    assert "下の候補から選んでください" in messages(cleaned)


def test_the_chosen_candidate_is_taken():
    assert account(bank="岩", bank_code="0123").value == IWATE


def test_a_code_left_over_from_another_bank_is_not_taken():
    cleaned = account(bank="北日本銀行", bank_code="0123", branch="本店")

    assert cleaned.value["bank_name"] == "北日本銀行"


def test_a_name_that_fits_several_branches_offers_them():
    asked = question("bank_account")
    raw = registry.of(asked).read(asked, Posted(**(TYPED | {"branch": "青"})))

    assert raw["bank_code"] == "0123"
    assert len(raw["#branches"]) > 1


@pytest.mark.parametrize(
    ("parts", "field", "said"),
    [
        ({"bank": "どこにもない銀行"}, "bank", "4桁の金融機関コード"),
        ({"branch": "どこにもない"}, "branch", "3桁の支店コード"),
        ({"branch": ""}, "branch", "「支店」を入力"),
        ({"number": "12345678"}, "number", "7桁までの数字"),
        ({"number": ""}, "number", "「口座番号」を入力"),
        ({"number": "12a"}, "number", "7桁までの数字"),
        ({"account_type": ""}, "account_type", "「口座の種類」を選んで"),
        ({"account_type": "savings"}, "account_type", "表示されている中から"),
        ({"holder_kana": "盛岡太郎"}, "holder_kana", "通帳のとおり"),
        ({"holder_kana": ""}, "holder_kana", "「口座名義（カナ）」を入力"),
        ({"holder_kana": "モ" * 10_000}, "holder_kana", "48文字以内"),
        ({"holder_kana": "モ" * 60}, "holder_kana", "48文字以内"),
        ({"holder_kana": "モリオカ😀"}, "holder_kana", "通帳のとおり"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(parts, field, said):
    cleaned = account(**parts)

    assert cleaned.value is None
    assert [error.subfield for error in cleaned.errors] == [field]
    assert said in messages(cleaned)


def test_an_empty_bank_asks_for_the_branch_too():
    cleaned = account(bank="", branch="")

    assert [error.subfield for error in cleaned.errors] == ["bank", "branch"]


def test_the_only_kind_of_account_need_not_be_chosen():
    asked = question("bank_account", account_types=["ordinary"])

    assert answer(asked, **(TYPED | {"account_type": ""})).value == IWATE


def test_yucho_is_taken_by_symbol_and_number():
    cleaned = answer(
        question("bank_account"),
        kind="yucho",
        symbol="１８３１０",
        yucho_number="1234567-1",
        holder_kana="モリオカ タロウ",
    )

    assert (cleaned.value, cleaned.errors) == (YUCHO, ())


def test_symbol_and_number_without_a_choice_mean_yucho():
    cleaned = answer(
        question("bank_account"), symbol="18310", yucho_number="12345671", holder_kana="モリオカ タロウ"
    )

    assert cleaned.value == YUCHO


@pytest.mark.parametrize(
    ("symbol", "number", "field", "said"),
    [
        ("1831", "12345671", "symbol", "5桁"),
        ("28310", "12345671", "symbol", "1か0で始まり"),
        ("18310", "12345672", "yucho_number", "最後が1"),
        ("18310", "123456789", "yucho_number", "8桁まで"),
        ("18310", "12x", "symbol", "数字"),
        ("", "12345671", "symbol", "「記号」を入力"),
    ],
)
def test_a_yucho_account_that_cannot_be_is_refused_at_its_field(symbol, number, field, said):
    cleaned = answer(
        question("bank_account"), kind="yucho", symbol=symbol, yucho_number=number, holder_kana="モリオカ"
    )

    assert cleaned.value is None
    assert said in messages(cleaned)


def test_a_holder_other_than_the_applicant_is_only_pointed_out():
    asked = question("bank_account", owner_must_be_applicant=True)
    context = CleanContext(TODAY, applicant_kana="モリオカハナコ")

    cleaned = answer(asked, context=context, **TYPED)

    assert cleaned.errors == ()
    assert codes(cleaned.notes) == [("holder_kana", "other_holder")]


def test_the_applicants_own_account_needs_no_word():
    asked = question("bank_account", owner_must_be_applicant=True)

    assert answer(asked, context=CleanContext(TODAY, applicant_kana="モリオカタロウ"), **TYPED).notes == ()


@pytest.mark.parametrize(
    "value",
    [
        "0123-001",
        {},
        {**IWATE, "bank_code": "9999"},
        {**IWATE, "bank_name": "別の銀行"},
        {**IWATE, "branch_code": "999"},
        {**IWATE, "number": "123456"},
        {**IWATE, "holder_kana": "盛岡太郎"},
        {**IWATE, "holder_kana": " "},
        {**IWATE, "account_type": "savings"},
        {**IWATE, "symbol": "18310"},
        {**YUCHO, "symbol": "18311"},
        {**YUCHO, "number": 12345671},
        {**YUCHO, "kind": "other"},
    ],
)
def test_a_stored_account_that_cannot_be_is_refused(value):
    asked = question("bank_account")

    assert registry.of(asked).check(asked, value, CONTEXT) != ()


def test_accounts_are_shown_in_one_line():
    asked = question("bank_account")
    kind = registry.of(asked)

    assert kind.display(asked, IWATE, "ja") == "岩手銀行 本店営業部 普通 0123456 モリオカ タロウ"
    assert kind.display(asked, YUCHO, "ja") == "ゆうちょ銀行 記号 18310 番号 12345671 モリオカ タロウ"


def test_an_applicant_without_a_bank_reading_is_not_compared():
    asked = question("bank_account", owner_must_be_applicant=True)

    assert answer(asked, context=CleanContext(TODAY, applicant_kana="盛岡"), **TYPED).notes == ()
