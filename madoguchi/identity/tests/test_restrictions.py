from datetime import date, timedelta

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.identity import queries
from madoguchi.identity.actions import restrictions
from madoguchi.identity.rules import RestrictionReason
from madoguchi.identity.tests.factories import NOW, TODAY, ResidentFactory, RestrictionFactory, StaffFactory

pytestmark = pytest.mark.django_db

SUBJECT = "application:0192f3a4-0000-7000-8000-000000000001"


def restrict(by, **values):
    return restrictions.restrict(
        **{
            "subject": SUBJECT,
            "reason": RestrictionReason.STALKING,
            "responsible_department": "residents",
            "by": by,
            "now": NOW,
        }
        | values
    )


def test_a_protection_holds_from_today_for_a_year_and_is_recorded():
    staff = StaffFactory()

    restriction = restrict(staff)

    assert restriction.valid_until == date(2027, 11, 22)
    assert queries.is_restricted(SUBJECT, TODAY)
    assert queries.is_restricted(SUBJECT, date(2027, 11, 22))
    assert not queries.is_restricted(SUBJECT, date(2027, 11, 23))
    entry = AuditEntry.objects.get(act="restriction.set")
    assert (entry.actor, entry.subject) == (staff.actor, SUBJECT)


def test_a_protection_may_end_on_another_day():
    restrict(StaffFactory(), until=date(2026, 12, 31))

    assert not queries.is_restricted(SUBJECT, date(2027, 1, 1))


def test_a_released_subject_is_not_protected_any_more():
    staff = StaffFactory()
    restrict(staff)
    restrict(staff)

    restrictions.release(subject=SUBJECT, by=staff, now=NOW)

    assert not queries.is_restricted(SUBJECT, TODAY)
    with pytest.raises(restrictions.NotRestricted):
        restrictions.release(subject=SUBJECT, by=staff, now=NOW)


def test_an_extension_adds_a_year_to_the_end():
    RestrictionFactory(subject=SUBJECT, valid_until=TODAY + timedelta(days=10))

    until = restrictions.extend(subject=SUBJECT, by=StaffFactory(), now=NOW)

    assert until == date(2027, 12, 3)
    assert queries.is_restricted(SUBJECT, until)


def test_an_extension_is_refused_before_the_last_month_and_for_the_unprotected():
    RestrictionFactory(subject=SUBJECT)

    for subject in (SUBJECT, "application:other"):
        with pytest.raises(restrictions.NotYet):
            restrictions.extend(subject=subject, by=StaffFactory(), now=NOW)


def test_many_subjects_are_asked_for_with_one_question(django_assert_num_queries):
    protected = RestrictionFactory().subject
    ended = RestrictionFactory(ended_at=NOW).subject
    others = [ResidentFactory().subject for _ in range(3)]

    with django_assert_num_queries(1):
        found = queries.restricted_subjects([protected, ended, *others], TODAY)
    with django_assert_num_queries(0):
        assert queries.restricted_subjects([], TODAY) == set()

    assert found == {protected}
