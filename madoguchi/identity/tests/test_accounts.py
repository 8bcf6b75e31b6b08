import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.common import kernel
from madoguchi.identity import passwords, queries
from madoguchi.identity.actions import accounts, guarding, sign_in
from madoguchi.identity.actions.accounts import Outdated, PasswordRefused
from madoguchi.identity.models import RecoveryCode, Staff
from madoguchi.identity.tests.factories import (
    NOW,
    PASSWORD,
    RecoveryCodeFactory,
    StaffFactory,
    StaffSessionFactory,
)

pytestmark = pytest.mark.django_db


def commit(act, **values):
    unit = kernel.Unit()
    result = act(unit, by="staff:1", now=NOW, **values)
    kernel.commit(unit)
    return result


@pytest.mark.slow
def test_a_new_account_has_an_initial_password_and_an_app_to_enrol():
    staff, password = commit(
        accounts.open_account, login="hanako", display_name="岩手 花子", name_kana="イワテ ハナコ"
    )

    stored = Staff.objects.get(pk=staff.pk)
    assert passwords.is_password(password, stored.password)
    assert stored.must_change_password
    assert stored.totp_next_secret
    assert not stored.totp_secret
    assert AuditEntry.objects.get().subject == staff.actor


@pytest.mark.slow
def test_a_reset_password_replaces_the_old_one_and_ends_all_sessions():
    session = StaffSessionFactory(token="open")
    guarding.charge(session.staff.login, now=NOW)

    password = commit(accounts.reset_password, staff=session.staff, version=1)

    staff = Staff.objects.get()
    assert passwords.is_password(password, staff.password)
    assert staff.must_change_password
    assert not queries.sessions_with_token("open", now=NOW).exists()
    assert guarding.charge(staff.login, now=NOW) == 1


def test_a_reset_app_is_enrolled_again_and_recovery_codes_are_gone():
    staff = StaffFactory()
    RecoveryCodeFactory(staff=staff)

    commit(accounts.reset_authenticator, staff=staff, version=1)

    staff.refresh_from_db()
    assert (staff.totp_secret, bool(staff.totp_next_secret)) == ("", True)
    assert not RecoveryCode.objects.exists()


def test_an_ended_account_loses_its_sessions_at_once_and_may_come_back():
    session = StaffSessionFactory(token="open")

    commit(accounts.deactivate, staff=session.staff, version=1)
    session.refresh_from_db()
    assert session.ended_at == NOW

    commit(accounts.reactivate, staff=session.staff, version=2)
    assert Staff.objects.get().active


@pytest.mark.parametrize(
    "act",
    [accounts.reset_password, accounts.reset_authenticator, accounts.deactivate, accounts.reactivate],
)
def test_a_change_of_an_account_that_somebody_else_changed_is_refused(act):
    staff = StaffFactory(version=2)

    with pytest.raises(Outdated):
        commit(act, staff=staff, version=1)


def test_a_chosen_password_ends_the_other_sessions_and_need_not_be_changed():
    mine = StaffSessionFactory(token="mine", staff=StaffFactory(initial_password=True))
    StaffSessionFactory(token="other", staff=mine.staff)

    accounts.choose_password(session=mine, password="tanuki no kintsuba 12", now=NOW)

    staff = Staff.objects.get()
    assert not staff.must_change_password
    assert passwords.is_password("tanuki no kintsuba 12", staff.password)
    assert queries.sessions_with_token("mine", now=NOW).exists()
    assert not queries.sessions_with_token("other", now=NOW).exists()


@pytest.mark.parametrize("password", [PASSWORD, "short", "岩手 花子 岩手 花子"])
def test_the_present_a_short_and_a_personal_password_are_refused(password):
    session = StaffSessionFactory()

    with pytest.raises(PasswordRefused) as refused:
        accounts.choose_password(session=session, password=password, now=NOW)

    assert refused.value.faults


def test_of_two_passwords_chosen_at_once_the_second_is_refused():
    session = StaffSessionFactory()
    accounts.choose_password(session=session, password="tanuki no kintsuba 12", now=NOW)

    with pytest.raises(Outdated):
        accounts.choose_password(session=session, password="kitsune no udon 34", now=NOW)


def test_confirming_with_wrong_passwords_closes_the_log_in_too():
    staff = StaffFactory()
    accounts.confirm_password(staff=staff, password=PASSWORD, now=NOW)
    for _ in range(5):
        with pytest.raises(sign_in.WrongPassword):
            accounts.confirm_password(staff=staff, password="wrong", now=NOW)

    with pytest.raises(guarding.Locked):
        accounts.confirm_password(staff=staff, password=PASSWORD, now=NOW)


def test_new_recovery_codes_replace_the_old_ones():
    staff = StaffFactory()
    RecoveryCodeFactory(staff=staff, code="ACDEFGHJKMNP")

    codes = accounts.renew_recovery_codes(staff=staff, now=NOW)

    assert len(codes) == queries.recovery_codes_left(staff) == 10
    assert "ACDEFGHJKMNP" not in codes


def test_names_are_told_for_actors_of_the_record():
    staff = StaffFactory(display_name="岩手 太郎")

    assert queries.staff_names([staff.actor, "anonymous", "system:demo"]) == {staff.actor: "岩手 太郎"}
