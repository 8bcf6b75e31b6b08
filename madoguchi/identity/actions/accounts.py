"""Accounts of staff: what administrators do (added to their unit) and what people do with their own."""

from __future__ import annotations

from datetime import datetime

from madoguchi.audit import actions as audit
from madoguchi.common import kernel
from madoguchi.common.ids import grouped, new_secret
from madoguchi.identity import one_time_codes, passwords, sealing
from madoguchi.identity.actions import guarding, sign_in
from madoguchi.identity.models import RecoveryCode, Staff, StaffSession

INITIAL_PASSWORD_CHARACTERS = 16


class Outdated(Exception):
    """Somebody else changed the same thing in the meantime."""


class PasswordRefused(Exception):
    """A new password that may not be chosen; `faults` say why, in words."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__()
        self.faults = faults


# --- for administrators; who may is decided by `organization`, which knows the roles ----------------------


def open_account(
    unit: kernel.Unit, *, login: str, display_name: str, name_kana: str, by: str, now: datetime
) -> tuple[Staff, str]:
    """Add a new account; returns it with its initial password, which is stored nowhere else."""
    password = _initial_password()
    staff = Staff(
        login=login,
        display_name=display_name,
        name_kana=name_kana,
        password=passwords.digest(password),
        totp_next_secret=sealing.seal(one_time_codes.new_seed()),
        created_at=now,
    )
    unit.insert(staff)
    audit.record(unit, actor=by, act="staff.opened", subject=staff.actor, now=now)
    return staff, password


def rename(
    unit: kernel.Unit,
    *,
    staff: Staff,
    version: int,
    display_name: str,
    name_kana: str,
    by: str,
    now: datetime,
) -> None:
    """Add a change of name."""
    _change(unit, staff, version, display_name=display_name, name_kana=name_kana)
    audit.record(unit, actor=by, act="staff.renamed", subject=staff.actor, now=now)


def reset_password(unit: kernel.Unit, *, staff: Staff, version: int, by: str, now: datetime) -> str:
    """Add a new initial password, which is returned, and the end of all sessions."""
    password = _initial_password()
    _change(unit, staff, version, password=passwords.digest(password), must_change_password=True)
    sign_in.end_sessions(unit, staff=staff, now=now)
    guarding.clear(unit, staff.login)
    audit.record(unit, actor=by, act="staff.password_reset", subject=staff.actor, now=now)
    return password


def reset_authenticator(unit: kernel.Unit, *, staff: Staff, version: int, by: str, now: datetime) -> None:
    """Add the removal of the authenticator app: the next sign-in enrols another."""
    seed = sealing.seal(one_time_codes.new_seed())
    _change(unit, staff, version, totp_secret="", totp_next_secret=seed, totp_confirmed_at=None)
    unit.delete(RecoveryCode, where={"staff": staff.pk})
    sign_in.end_sessions(unit, staff=staff, now=now)
    audit.record(unit, actor=by, act="staff.authenticator_reset", subject=staff.actor, now=now)


def deactivate(unit: kernel.Unit, *, staff: Staff, version: int, by: str, now: datetime) -> None:
    """Add the end of an account: no sign-in, and every session ends at once."""
    _change(unit, staff, version, active=False)
    sign_in.end_sessions(unit, staff=staff, now=now)
    audit.record(unit, actor=by, act="staff.deactivated", subject=staff.actor, now=now)


def reactivate(unit: kernel.Unit, *, staff: Staff, version: int, by: str, now: datetime) -> None:
    """Add the return of an account."""
    _change(unit, staff, version, active=True)
    audit.record(unit, actor=by, act="staff.reactivated", subject=staff.actor, now=now)


def unlock(unit: kernel.Unit, *, staff: Staff, by: str, now: datetime) -> None:
    """Add the opening of a log-in that was closed after wrong attempts."""
    guarding.clear(unit, staff.login)
    audit.record(unit, actor=by, act="staff.unlocked", subject=staff.actor, now=now)


def _change(unit: kernel.Unit, staff: Staff, version: int, **changes: object) -> None:
    where = {"id": staff.pk, "version": version}
    unit.update(Staff, where=where, set={**changes, "version": version + 1}, otherwise=Outdated())


def _initial_password() -> str:
    return grouped(new_secret(INITIAL_PASSWORD_CHARACTERS))


# --- for everybody's own account --------------------------------------------------------------------------


def choose_password(*, session: StaffSession, password: str, now: datetime) -> None:
    """Give oneself a password; ends all other sessions. Raises `PasswordRefused` or `Outdated`."""
    staff = session.staff
    if passwords.is_password(password, staff.password):
        raise PasswordRefused([passwords.same_as_before()])
    faults = passwords.faults(password, personal=(staff.login, staff.display_name, staff.name_kana))
    if faults:
        raise PasswordRefused(faults)
    unit = kernel.Unit()
    unit.update(
        Staff,
        where={"id": staff.pk, "password": staff.password},
        set={"password": passwords.digest(password), "must_change_password": False},
        otherwise=Outdated(),
    )
    sign_in.end_sessions(unit, staff=staff, now=now, except_for=session)
    audit.record(unit, actor=staff.actor, act="staff.password_chosen", subject=staff.actor, now=now)
    kernel.commit(unit)


def confirm_password(*, staff: Staff, password: str, now: datetime) -> None:
    """Ask the password again before something that would hand over the account.

    Raises `sign_in.WrongPassword` or `guarding.Locked`.
    """
    attempts = guarding.charge(staff.login, now=now)
    if not passwords.is_password(password, staff.password):
        raise sign_in.WrongPassword
    unit = kernel.Unit()
    guarding.refund(unit, staff.login, attempts=attempts)
    kernel.commit(unit)


def renew_recovery_codes(*, staff: Staff, now: datetime) -> list[str]:
    """New recovery codes in place of the old ones."""
    unit = kernel.Unit()
    codes = sign_in.add_recovery_codes(unit, staff)
    audit.record(unit, actor=staff.actor, act="staff.recovery_codes_renewed", subject=staff.actor, now=now)
    kernel.commit(unit)
    return codes


def begin_enrolment(*, staff: Staff, now: datetime) -> None:
    """Prepare another authenticator app; the present one holds until the new one is confirmed."""
    unit = kernel.Unit()
    seed = sealing.seal(one_time_codes.new_seed())
    unit.update(Staff, where={"id": staff.pk}, set={"totp_next_secret": seed})
    audit.record(unit, actor=staff.actor, act="staff.enrolment_begun", subject=staff.actor, now=now)
    kernel.commit(unit)
