import pytest

from madoguchi.identity import passwords
from madoguchi.identity.tests.factories import PASSWORD, cheap_digest

OWNER = ("hanako.iwate", "岩手 花子", "イワテ ハナコ")


@pytest.mark.slow
def test_a_digest_is_argon2id_with_a_salt_of_its_own_and_knows_its_password():
    first, second = passwords.digest(PASSWORD), passwords.digest(PASSWORD)

    assert first.startswith("argon2$argon2id$")
    assert first != second
    assert passwords.is_password(PASSWORD, first)
    assert not passwords.is_password(PASSWORD + " ", first)


def test_a_password_typed_full_width_is_the_same():
    assert passwords.is_password("ｍｉｄｏｒｉ no ookina kaeru", cheap_digest(PASSWORD))


@pytest.mark.slow
def test_nobody_has_a_password_that_fits():
    assert not passwords.is_password("no one has this password", "")


@pytest.mark.parametrize("good", [PASSWORD, "正しい馬の電池ホチキスを買う日", "kX9#mQ2$vLpW"])
def test_long_uncommon_passwords_are_taken(good):
    assert passwords.faults(good, personal=OWNER) == []


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "short",
        "elevenchars",
        "a" * 201,
        "password2026!",
        "!!Qwertyuiop123",
        "123456789012345",
        "aaaaaaaaaaaaaa",
        "ababababababab",
        "hanako.iwate2026",
        "HANAKO.IWATE!!",
        "わたしの名前は岩手 花子です",
    ],
)
def test_short_common_monotonous_and_personal_passwords_are_refused(bad):
    assert passwords.faults(bad, personal=OWNER)


def test_an_unknown_log_in_costs_as_much_as_a_known_one(monkeypatch):
    checked = []
    monkeypatch.setattr(passwords, "_nobodys", lambda: "somebody's digest")
    monkeypatch.setattr(type(passwords._hasher), "verify", lambda _, password, stored: checked.append(stored))

    for stored in ("a real digest", ""):
        assert not passwords.is_password(PASSWORD, stored)

    assert checked == ["a real digest", "somebody's digest"]
