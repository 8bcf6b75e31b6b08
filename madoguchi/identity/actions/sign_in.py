"""Signing in: password, then a one-time code; sessions and their end."""

from __future__ import annotations

from datetime import datetime

from madoguchi.audit import actions as audit
from madoguchi.common import kernel
from madoguchi.common.ids import new_token, normalise_secret, secret_digest, secret_digests, token_digest
from madoguchi.identity import one_time_codes, passwords, queries, rules, sealing
from madoguchi.identity.actions import guarding
from madoguchi.identity.models import RecoveryCode, SignInGuard, Staff, StaffSession
from madoguchi.identity.rules import SecondFactor


class WrongPassword(Exception):
    """No such log-in, or another password: which of the two is not told."""


class WrongCode(Exception):
    """Not the code of this half minute, or one that was used before."""


class SessionOver(Exception):
    """The session ended while its holder was typing."""


def sign_in(*, login: str, password: str, address: str, device: str, now: datetime) -> str:
    """Check the password and open a session that still needs a code; returns the cookie's token.

    Raises `WrongPassword` or `guarding.Locked`, after the same work for known and unknown log-ins.
    """
    login = guarding.normal_login(login)
    try:
        attempts = guarding.charge(login, now=now)
    except guarding.Locked:
        _record_refusal(login, "sign_in.locked", now)
        raise
    staff = queries.staff_who_may_sign_in().filter(login=login).first()
    if not passwords.is_password(password, staff.password if staff else "") or staff is None:
        _record_refusal(login, "sign_in.wrong_password", now)
        raise WrongPassword
    unit = kernel.Unit()
    guarding.refund(unit, login, attempts=attempts)
    token = _open_session(
        unit,
        StaffSession(
            staff=staff,
            second_factor=SecondFactor.NONE,
            address_digest=sealing.keyed_digest(f"address:{address}"),
            device=device,
            expires_at=now + rules.SECOND_FACTOR_WITHIN,
        ),
        now,
    )
    audit.record(unit, actor=staff.actor, act="sign_in.password", subject=staff.actor, now=now)
    kernel.commit(unit)
    return token


def give_code(*, session: StaffSession, code: str, now: datetime) -> str:
    """Check the one-time or recovery code and open the real session; returns its new token.

    Raises `WrongCode`, `guarding.Locked` or `SessionOver`.
    """
    staff = session.staff
    guarding.charge(staff.login, now=now)
    typed = normalise_secret(code)
    unit = kernel.Unit()
    if len(typed) == one_time_codes.RECOVERY_CHARACTERS:
        factor = SecondFactor.RECOVERY_CODE
        unit.update(
            RecoveryCode,
            where={"staff": staff.pk, "digest__in": secret_digests(typed), "used_at": None},
            set={"used_at": now},
            otherwise=WrongCode(),
        )
    else:
        factor = SecondFactor.ONE_TIME_CODE
        step = _step_of(staff, staff.totp_secret, typed, now)
        unit.update(
            Staff,
            where={"id": staff.pk, "totp_secret": staff.totp_secret, "totp_last_step__lt": step},
            set={"totp_last_step": step},
            otherwise=WrongCode(),
        )
    token = _replace_session(unit, session, factor, now)
    guarding.clear(unit, staff.login)
    audit.record(unit, actor=staff.actor, act=f"sign_in.{factor}", subject=staff.actor, now=now)
    _commit_code(unit, staff, now)
    return token


def enrol(*, session: StaffSession, code: str, now: datetime) -> tuple[str, list[str]]:
    """Confirm the first or another authenticator app with its code; returns a new token and recovery codes.

    Raises `WrongCode`, `guarding.Locked` or `SessionOver`.
    """
    staff = session.staff
    guarding.charge(staff.login, now=now)
    step = _step_of(staff, staff.totp_next_secret, normalise_secret(code), now)
    unit = kernel.Unit()
    unit.update(
        Staff,
        where={"id": staff.pk, "totp_next_secret": staff.totp_next_secret},
        set={
            "totp_secret": staff.totp_next_secret,
            "totp_next_secret": "",
            "totp_confirmed_at": now,
            "totp_last_step": step,
        },
        otherwise=WrongCode(),
    )
    codes = add_recovery_codes(unit, staff)
    end_sessions(unit, staff=staff, now=now, except_for=session)
    token = _replace_session(unit, session, SecondFactor.ONE_TIME_CODE, now)
    guarding.clear(unit, staff.login)
    audit.record(unit, actor=staff.actor, act="staff.authenticator_enrolled", subject=staff.actor, now=now)
    _commit_code(unit, staff, now)
    return token, codes


def touch(*, session: StaffSession, now: datetime) -> None:
    """Note that the session is in use, so that it does not run idle."""
    unit = kernel.Unit()
    unit.update(
        StaffSession, where={"id": session.id, "ended_at": None}, set={"last_seen_at": now}, expect=None
    )
    kernel.commit(unit)


def sign_out(*, session: StaffSession, now: datetime) -> None:
    """End this session."""
    unit = kernel.Unit()
    unit.update(StaffSession, where={"id": session.id, "ended_at": None}, set={"ended_at": now}, expect=None)
    actor = session.staff.actor
    audit.record(unit, actor=actor, act="sign_in.signed_out", subject=actor, now=now)
    kernel.commit(unit)


def end_other_sessions(*, session: StaffSession, now: datetime) -> None:
    """End every session of this person but the one in hand."""
    unit = kernel.Unit()
    end_sessions(unit, staff=session.staff, now=now, except_for=session)
    actor = session.staff.actor
    audit.record(unit, actor=actor, act="sign_in.other_sessions_ended", subject=actor, now=now)
    kernel.commit(unit)


def end_sessions(
    unit: kernel.Unit, *, staff: Staff, now: datetime, except_for: StaffSession | None = None
) -> None:
    """Add the end of a person's sessions to a unit."""
    where: dict[str, object] = {"staff": staff.pk, "ended_at": None}
    if except_for is not None:
        where["id__not"] = except_for.pk
    unit.update(StaffSession, where=where, set={"ended_at": now}, expect=None)


def forget_old(*, now: datetime) -> None:
    """Remove sessions that ended long ago and counts of attempts that are forgotten."""
    unit = kernel.Unit()
    unit.delete(StaffSession, where={"expires_at__lt": now - rules.KEEP_SESSIONS})
    unit.delete(SignInGuard, where={"last_at__lt": now - rules.FORGET_ATTEMPTS_AFTER})
    kernel.commit(unit)


def add_recovery_codes(unit: kernel.Unit, staff: Staff) -> list[str]:
    """Put new recovery codes in place of the old ones; they are shown once."""
    codes = one_time_codes.new_recovery_codes()
    unit.delete(RecoveryCode, where={"staff": staff.pk})
    for code in codes:
        unit.insert(RecoveryCode(staff=staff, digest=secret_digest(code)))
    return codes


def _step_of(staff: Staff, sealed_seed: str, code: str, now: datetime) -> int:
    step = None
    if sealed_seed:
        after = staff.totp_last_step if sealed_seed == staff.totp_secret else 0
        step = one_time_codes.step_of(sealing.unseal(sealed_seed), code, after=after, now=now)
    if step is None:
        _record_refusal(staff.login, "sign_in.wrong_code", now)
        raise WrongCode
    return step


def _commit_code(unit: kernel.Unit, staff: Staff, now: datetime) -> None:
    try:
        kernel.commit(unit)
    except WrongCode:
        _record_refusal(staff.login, "sign_in.wrong_code", now)
        raise


def _replace_session(unit: kernel.Unit, old: StaffSession, factor: SecondFactor, now: datetime) -> str:
    """A session that gains rights gets a new token; the old one is worthless from the same instant."""
    unit.update(
        StaffSession,
        where={"id": old.pk, "ended_at": None},
        set={"ended_at": now},
        otherwise=SessionOver(),
    )
    return _open_session(
        unit,
        StaffSession(
            staff=old.staff,
            second_factor=factor,
            address_digest=old.address_digest,
            device=old.device,
            expires_at=now + rules.LONGEST,
        ),
        now,
    )


def _open_session(unit: kernel.Unit, session: StaffSession, now: datetime) -> str:
    token = new_token()
    session.token_digest = token_digest(token)
    session.created_at = session.last_seen_at = now
    unit.insert(session)
    return token


def _record_refusal(login: str, act: str, now: datetime) -> None:
    """Record a refused attempt by the log-in's digest: people type passwords into the wrong field."""
    unit = kernel.Unit()
    subject = f"login:{guarding.guard_key(login)[:16]}"
    audit.record(unit, actor="anonymous", act=act, subject=subject, now=now)
    kernel.commit(unit)
