"""Answers about staff, their sessions, residents and protections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from madoguchi.common.ids import token_digest
from madoguchi.identity import one_time_codes, sealing
from madoguchi.identity.models import RecoveryCode, Resident, Restriction, SignInGuard, Staff, StaffSession
from madoguchi.identity.rules import IDLE, Relation, SecondFactor, Step, next_step

SESSION_KEY = "staff"


class _StaffRequest(Protocol):
    staff: Staff
    staff_session: StaffSession
    staff_roles: frozenset[str]


def staff_of(request: HttpRequest) -> Staff:
    """Who is signed in; only for views that declare `access.staff`."""
    return cast(_StaffRequest, request).staff


def staff_session_of(request: HttpRequest) -> StaffSession:
    """The session of who is signed in; only for views that declare `access.staff`."""
    return cast(_StaffRequest, request).staff_session


def staff_roles_of(request: HttpRequest) -> frozenset[str]:
    """The roles of who is signed in, in any department; decides what menus show, never what is allowed."""
    return cast(_StaffRequest, request).staff_roles


def live_sessions(*, now: datetime) -> QuerySet[StaffSession]:
    """Sessions that still open the desk: not ended, not idle too long, of staff that may sign in."""
    return StaffSession.objects.filter(
        _may_sign_in("staff__"), ended_at=None, expires_at__gt=now, last_seen_at__gt=now - IDLE
    )


def sessions_with_token(token: str, *, now: datetime) -> QuerySet[StaffSession]:
    """The live session that a cookie's token stands for, with its staff."""
    return live_sessions(now=now).filter(token_digest=token_digest(token)).select_related("staff")


def signed_in(*, now: datetime) -> QuerySet[StaffSession]:
    """Live sessions that passed the second factor: without it nobody sees a page of the desk."""
    return live_sessions(now=now).exclude(second_factor=SecondFactor.NONE)


def sessions_of(staff: Staff, *, now: datetime) -> list[StaffSession]:
    """The sessions in which a person has signed in, the latest first."""
    return list(signed_in(now=now).filter(staff=staff).order_by("-last_seen_at", "id"))


def recovery_codes_left(staff: Staff) -> int:
    """How many recovery codes a person has not used."""
    return RecoveryCode.objects.filter(staff=staff, used_at=None).count()


def session_of(request: HttpRequest, *, now: datetime) -> StaffSession | None:
    """The live session behind a request, for pages that anybody may open."""
    token = request.session.get(SESSION_KEY, "")
    return sessions_with_token(token, now=now).first() if token else None


def step_of(session: StaffSession) -> Step:
    """What this session has to do before the desk opens."""
    return next_step(
        second_factor=session.second_factor,
        has_authenticator=bool(session.staff.totp_secret),
        must_change_password=session.staff.must_change_password,
    )


def staff_who_may_sign_in() -> QuerySet[Staff]:
    """Active staff; demo accounts only in the demo, for their password is known."""
    return Staff.objects.filter(_may_sign_in(""))


def _may_sign_in(prefix: str) -> Q:
    allowed = Q(**{f"{prefix}active": True})
    return allowed if settings.DEMO else allowed & Q(**{f"{prefix}is_demo": False})


def staff_names(actors: Iterable[str]) -> dict[str, str]:
    """Display names for actors of the audit record (`staff:<uuid>`); others are left out."""
    ids = {actor.removeprefix("staff:") for actor in actors if actor.startswith("staff:")}
    found = Staff.objects.filter(id__in=[UUID(text) for text in ids]).values_list("id", "display_name")
    return {f"staff:{staff_id}": name for staff_id, name in found}


def locked_until(login_digests: Iterable[str], *, now: datetime) -> dict[str, datetime]:
    """Which of these log-ins are closed after wrong attempts, and until when."""
    closed = SignInGuard.objects.filter(login_digest__in=list(login_digests), locked_until__gt=now)
    return {guard.login_digest: guard.locked_until for guard in closed if guard.locked_until is not None}


def seed_to_enrol(session: StaffSession) -> str:
    """The seed of the authenticator app that is being enrolled; empty unless this session may see it."""
    staff = session.staff
    may_see = session.second_factor != SecondFactor.NONE or not staff.totp_secret
    return sealing.unseal(staff.totp_next_secret) if staff.totp_next_secret and may_see else ""


def one_time_code_now(staff: Staff, *, now: datetime) -> str | None:
    """DEMO ONLY: a code of a demo account that works now; None in a real city and for real accounts."""
    if not settings.DEMO or not staff.is_demo or not staff.totp_secret:
        return None
    step = max(one_time_codes.step_at(now), staff.totp_last_step + 1)
    if step > one_time_codes.step_at(now) + one_time_codes.DRIFT_STEPS:
        return None  # signed in twice within thirty seconds: the next code is not valid yet
    return one_time_codes.code_of(sealing.unseal(staff.totp_secret), step)


# --- protected people (支援措置) -------------------------------------------------------------------------


def restrictions_in_force(today: date) -> QuerySet[Restriction]:
    """Protections that hold on `today`."""
    return Restriction.objects.filter(ended_at=None, valid_from__lte=today, valid_until__gte=today)


def is_restricted(subject: str, today: date) -> bool:
    """Whether `application:<uuid>` or `resident:<uuid>` is protected on `today`."""
    return restrictions_in_force(today).filter(subject=subject).exists()


def restricted_subjects(subjects: Iterable[str], today: date) -> set[str]:
    """Those of `subjects` that are protected on `today`, with one question."""
    wanted = set(subjects)
    if not wanted:
        return set()
    return set(restrictions_in_force(today).filter(subject__in=wanted).values_list("subject", flat=True))


def restriction_of(subject: str, today: date) -> Restriction | None:
    """The protection in force with the latest end, for the page that shows who is responsible."""
    return restrictions_in_force(today).filter(subject=subject).order_by("-valid_until", "id").first()


def subjects_released_since(subjects: Iterable[str], moment: datetime) -> set[str]:
    """Those of `subjects` of which somebody ended a protection at `moment` or later."""
    released = Restriction.objects.filter(subject__in=set(subjects), ended_at__gte=moment)
    return set(released.values_list("subject", flat=True))


# --- residents -------------------------------------------------------------------------------------------


def resident(public_id: str) -> Resident | None:
    """The resident with this public id."""
    return Resident.objects.filter(public_id=public_id).first()


def residents_born_on(day: date) -> list[Resident]:
    """Everybody born on a day, to tell by name who is meant."""
    return list(Resident.objects.filter(birth_on=day))


def household_of(member: Resident) -> list[Resident]:
    """Everybody in the household of `member`, the oldest first."""
    return list(Resident.objects.filter(household_id=member.household_id).order_by("birth_on", "id"))


def families(*, limit: int) -> list[tuple[Resident, list[Resident]]]:
    """Heads of households with their children (oldest first), in a stable order."""
    heads = list(
        Resident.objects.filter(
            relation=Relation.HEAD,
            household_id__in=Resident.objects.filter(relation=Relation.CHILD).values("household_id"),
        ).order_by("id")[:limit]
    )
    children: dict[UUID, list[Resident]] = {head.household_id: [] for head in heads}
    for child in Resident.objects.filter(
        relation=Relation.CHILD, household_id__in=[head.household_id for head in heads]
    ).order_by("birth_on", "id"):
        children[child.household_id].append(child)
    return [(head, children[head.household_id]) for head in heads]
