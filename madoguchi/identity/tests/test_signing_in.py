"""The actions of signing in: attempts, codes, sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, kernel
from madoguchi.common.ids import grouped, secret_digest, token_digest
from madoguchi.identity import handlers, one_time_codes, passwords, queries
from madoguchi.identity.actions import accounts, guarding, sign_in
from madoguchi.identity.actions.guarding import Locked
from madoguchi.identity.actions.sign_in import SessionOver, WrongCode, WrongPassword
from madoguchi.identity.models import SignInGuard, StaffSession
from madoguchi.identity.rules import SecondFactor
from madoguchi.identity.tests.factories import (
    NOW,
    PASSWORD,
    RecoveryCodeFactory,
    SignInGuardFactory,
    StaffFactory,
    StaffSessionFactory,
    code_at,
)

pytestmark = pytest.mark.django_db


def give_password(staff, password=PASSWORD, *, login="", now=NOW):
    return sign_in.sign_in(
        login=login or staff.login, password=password, address="127.0.0.1", device="", now=now
    )


def session_with(token, *, now=NOW):
    return queries.sessions_with_token(token, now=now).get()


def test_the_right_password_opens_a_session_that_still_needs_the_code():
    staff = StaffFactory()

    session = session_with(give_password(staff))

    assert session.staff == staff
    assert session.second_factor == SecondFactor.NONE
    assert session.expires_at == NOW + timedelta(minutes=10)


def test_the_log_in_may_be_typed_in_capitals_or_full_width():
    staff = StaffFactory(login="hanako")

    assert session_with(give_password(staff, login=" ＨＡＮＡＫＯ ")).staff == staff


@pytest.mark.slow
@pytest.mark.parametrize("traits", [{"active": False}, {"login": "else"}])
def test_wrong_log_ins_and_ended_accounts_are_refused_alike(traits):
    StaffFactory(**{"login": "hanako"} | traits)

    with pytest.raises(WrongPassword):
        give_password(None, login="hanako")


def test_a_demo_account_cannot_sign_in_outside_the_demo(settings):
    staff = StaffFactory(is_demo=True)
    session = StaffSessionFactory(staff=staff, token="open")
    settings.DEMO = False

    with pytest.raises(WrongPassword):
        give_password(staff)
    assert not queries.sessions_with_token("open", now=session.created_at).exists()


def test_five_wrong_passwords_close_the_log_in_even_for_the_right_one():
    staff = StaffFactory()
    for _ in range(5):
        with pytest.raises(WrongPassword):
            give_password(staff, "wrong")

    with pytest.raises(Locked) as closed:
        give_password(staff)

    assert closed.value.until == NOW + timedelta(minutes=1)
    assert give_password(staff, now=NOW + timedelta(minutes=1))


def test_the_wait_grows_with_each_further_wrong_password():
    staff = StaffFactory()
    SignInGuardFactory(login_digest=guarding.guard_key(staff.login), attempts=6)

    with pytest.raises(WrongPassword):
        give_password(staff, "wrong")

    guard = SignInGuard.objects.get()
    assert guard.attempts == 7
    assert guard.locked_until == NOW + timedelta(minutes=4)


@pytest.mark.slow
def test_a_log_in_that_nobody_has_closes_in_the_same_way():
    for _ in range(5):
        with pytest.raises(WrongPassword):
            give_password(None, login="nobody")

    with pytest.raises(Locked):
        give_password(None, login="nobody")


def test_right_passwords_do_not_add_up_to_a_lock():
    staff = StaffFactory()

    for _ in range(7):
        give_password(staff)

    assert SignInGuard.objects.get().attempts == 0


def test_a_right_password_after_four_wrong_ones_leaves_room_for_the_code():
    staff = StaffFactory()
    for _ in range(4):
        with pytest.raises(WrongPassword):
            give_password(staff, "wrong")

    token = give_password(staff)

    assert sign_in.give_code(session=session_with(token), code=code_at(NOW), now=NOW)


def test_the_right_password_does_not_open_the_way_for_guessing_codes():
    staff = StaffFactory()
    for _ in range(5):
        with pytest.raises(WrongCode):
            sign_in.give_code(session=session_with(give_password(staff)), code="000000", now=NOW)

    with pytest.raises(Locked):
        give_password(staff)


def test_wrong_attempts_of_yesterday_are_forgotten():
    staff = StaffFactory()
    key = guarding.guard_key(staff.login)
    SignInGuardFactory(login_digest=key, attempts=9, last_at=NOW - timedelta(hours=25))

    with pytest.raises(WrongPassword):
        give_password(staff, "wrong")

    assert SignInGuard.objects.get().attempts == 1


def test_an_attempt_is_counted_before_it_is_judged(monkeypatch):
    staff = StaffFactory()
    seen = []
    monkeypatch.setattr(passwords, "is_password", lambda *_: seen.append(SignInGuard.objects.get().attempts))

    with pytest.raises(WrongPassword):
        give_password(staff)

    assert seen == [1]


def test_an_attempt_that_another_one_overtook_is_counted_after_it(monkeypatch):
    staff = StaffFactory()
    SignInGuardFactory(login_digest=guarding.guard_key(staff.login), attempts=1)
    commit = kernel.commit

    def overtaken(unit):
        monkeypatch.setattr(kernel, "commit", commit)
        SignInGuard.objects.update(attempts=2)
        commit(unit)

    monkeypatch.setattr(kernel, "commit", overtaken)

    assert guarding.charge(staff.login, now=NOW) == 3


def test_without_limits_nothing_is_counted(settings):
    settings.ATTEMPT_LIMITS = False
    staff = StaffFactory()
    for _ in range(6):
        with pytest.raises(WrongPassword):
            give_password(staff, "wrong")

    assert give_password(staff)


def test_the_code_opens_a_new_session_and_ends_the_old_one():
    pending = session_with(give_password(StaffFactory()))

    token = sign_in.give_code(session=pending, code=f" {code_at(NOW)} ", now=NOW)

    session = session_with(token)
    assert session.second_factor == SecondFactor.ONE_TIME_CODE
    assert session.expires_at == NOW + timedelta(hours=10)
    pending.refresh_from_db()
    assert pending.ended_at == NOW
    assert not SignInGuard.objects.exists()


def test_a_code_works_once():
    staff = StaffFactory()
    sign_in.give_code(session=StaffSessionFactory(staff=staff, pending=True), code=code_at(NOW), now=NOW)
    staff.refresh_from_db()

    with pytest.raises(WrongCode):
        sign_in.give_code(session=StaffSessionFactory(staff=staff, pending=True), code=code_at(NOW), now=NOW)


def test_two_who_send_the_same_code_at_once_do_not_both_get_in():
    staff = StaffFactory()
    first = StaffSessionFactory(staff=staff, pending=True)
    second = StaffSessionFactory(staff=staff, pending=True)  # holds what was read before the first one wrote
    sign_in.give_code(session=first, code=code_at(NOW), now=NOW)

    with pytest.raises(WrongCode):
        sign_in.give_code(session=second, code=code_at(NOW), now=NOW)

    assert AuditEntry.objects.filter(act="sign_in.wrong_code").count() == 1


def test_a_recovery_code_works_once():
    staff = StaffFactory()
    RecoveryCodeFactory(staff=staff, code="ACDEFGHJKMNP")
    pending = StaffSessionFactory(staff=staff, pending=True)

    token = sign_in.give_code(session=pending, code="acde-fghj-kmnp", now=NOW)

    assert session_with(token).second_factor == SecondFactor.RECOVERY_CODE
    assert queries.recovery_codes_left(staff) == 0
    with pytest.raises(WrongCode):
        sign_in.give_code(
            session=StaffSessionFactory(staff=staff, pending=True), code="ACDE-FGHJ-KMNP", now=NOW
        )


def test_a_recovery_code_of_somebody_else_does_not_work():
    RecoveryCodeFactory(code="ACDEFGHJKMNP")

    with pytest.raises(WrongCode):
        sign_in.give_code(session=StaffSessionFactory(pending=True), code="ACDEFGHJKMNP", now=NOW)


def test_a_code_for_a_session_that_was_ended_opens_nothing():
    pending = StaffSessionFactory(pending=True)
    sign_in.sign_out(session=pending, now=NOW)

    with pytest.raises(SessionOver):
        sign_in.give_code(session=pending, code=code_at(NOW), now=NOW)

    pending.staff.refresh_from_db()
    assert pending.staff.totp_last_step == 0, "nothing of the unit was written"


def test_one_time_and_recovery_codes_go_on_after_the_key_was_replaced(settings):
    staff = StaffFactory(enrolled=True)
    code = one_time_codes.new_recovery_codes()[0]
    RecoveryCodeFactory(staff=staff, code=code)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 6, [settings.SECRET_KEY]

    for typed in (code_at(NOW), code):
        session = session_with(give_password(staff))
        opened = session_with(sign_in.give_code(session=session, code=typed, now=NOW))
        assert opened.second_factor != SecondFactor.NONE


def test_enrolling_confirms_the_app_and_gives_ten_recovery_codes():
    pending = StaffSessionFactory(staff=StaffFactory(enrolled=False), pending=True)

    token, codes = sign_in.enrol(session=pending, code=code_at(NOW), now=NOW)

    staff = session_with(token).staff
    assert staff.totp_secret
    assert staff.totp_next_secret == ""
    assert len(set(codes)) == 10
    assert queries.recovery_codes_left(staff) == 10


def test_enrolling_with_a_wrong_code_changes_nothing():
    pending = StaffSessionFactory(staff=StaffFactory(enrolled=False), pending=True)

    with pytest.raises(WrongCode):
        sign_in.enrol(session=pending, code="12345", now=NOW)

    pending.staff.refresh_from_db()
    assert not pending.staff.totp_secret


def test_another_app_replaces_the_first_only_when_its_code_was_given():
    session = StaffSessionFactory()
    other = StaffSessionFactory(staff=session.staff)
    before = session.staff.totp_secret
    accounts.begin_enrolment(staff=session.staff, now=NOW)
    session.refresh_from_db()
    assert session.staff.totp_secret == before
    seed = queries.seed_to_enrol(session)
    code = one_time_codes.code_of(seed, one_time_codes.step_at(NOW))

    sign_in.enrol(session=session, code=code, now=NOW)

    session.refresh_from_db()
    other.refresh_from_db()
    assert session.staff.totp_secret not in ("", before)
    assert other.ended_at == NOW


def test_who_gave_only_the_password_does_not_see_the_seed_of_another_app():
    staff = StaffFactory()
    accounts.begin_enrolment(staff=staff, now=NOW)
    staff.refresh_from_db()

    assert queries.seed_to_enrol(StaffSessionFactory(staff=staff, pending=True)) == ""
    assert queries.seed_to_enrol(StaffSessionFactory(staff=staff)) != ""


@pytest.mark.parametrize(
    ("span", "lives"),
    [
        ({"minutes": 29}, True),
        ({"minutes": 30}, False),
    ],
)
def test_a_session_ends_after_half_an_hour_without_use(span, lives):
    StaffSessionFactory(token="mine")

    assert queries.sessions_with_token("mine", now=NOW + timedelta(**span)).exists() is lives


def test_a_session_in_use_ends_after_ten_hours():
    session = StaffSessionFactory(token="mine")
    for hours in range(1, 11):
        StaffSession.objects.filter(pk=session.pk).update(last_seen_at=NOW + timedelta(hours=hours))
        alive = queries.sessions_with_token("mine", now=NOW + timedelta(hours=hours)).exists()
        assert alive is (hours < 10)


def test_ending_the_other_sessions_leaves_this_one():
    mine = StaffSessionFactory(token="mine")
    StaffSessionFactory(staff=mine.staff, token="other")
    StaffSessionFactory(token="somebody else's")

    sign_in.end_other_sessions(session=mine, now=NOW)

    alive = {
        t: queries.sessions_with_token(t, now=NOW).exists() for t in ("mine", "other", "somebody else's")
    }
    assert alive == {"mine": True, "other": False, "somebody else's": True}


def test_old_sessions_and_forgotten_attempts_are_removed():
    StaffSessionFactory(now=NOW - timedelta(days=40))
    kept = StaffSessionFactory()
    SignInGuardFactory(last_at=NOW - timedelta(hours=25))

    sign_in.forget_old(now=NOW)

    assert list(StaffSession.objects.all()) == [kept]
    assert not SignInGuard.objects.exists()


def test_the_record_of_a_refused_attempt_does_not_hold_what_was_typed():
    with pytest.raises(WrongPassword):
        give_password(StaffFactory(), "wrong", login="my-secret-password")

    entry = AuditEntry.objects.get(act="sign_in.wrong_password")
    assert "secret" not in f"{entry.actor}{entry.subject}{entry.detail}"


def test_tokens_and_codes_are_stored_as_digests_only():
    staff = StaffFactory(enrolled=False)
    token, codes = sign_in.enrol(
        session=StaffSessionFactory(staff=staff, pending=True), code=code_at(NOW), now=NOW
    )

    stored = {session.token_digest for session in StaffSession.objects.all()}
    assert token_digest(token) in stored
    assert token not in stored
    digests = set(staff.recovery_codes.values_list("digest", flat=True))
    assert digests == {secret_digest(code) for code in codes}
    assert not digests & {grouped(code) for code in codes}


def test_an_attempt_that_is_overtaken_again_and_again_is_refused(monkeypatch):
    staff = StaffFactory()
    SignInGuardFactory(login_digest=guarding.guard_key(staff.login))

    def overtaken(unit):
        raise unit.statements[0].refuse()

    monkeypatch.setattr(kernel, "commit", overtaken)

    with pytest.raises(Locked):
        guarding.charge(staff.login, now=NOW)


def test_the_periodic_job_removes_what_is_old(monkeypatch):
    StaffSessionFactory(now=NOW - timedelta(days=40))
    monkeypatch.setattr(clock, "now", lambda: NOW)

    handlers.forget_sign_ins({})

    assert not StaffSession.objects.exists()


def test_without_an_app_no_code_is_right():
    pending = StaffSessionFactory(staff=StaffFactory(enrolled=False), pending=True)

    with pytest.raises(WrongCode):
        sign_in.give_code(session=pending, code=code_at(NOW), now=NOW)
