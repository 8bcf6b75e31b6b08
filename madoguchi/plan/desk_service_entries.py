"""What the pages of digital services share: the entry, what is to be seen to, the departments to choose from."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.rules import Capability
from madoguchi.plan.models import DigitalService
from madoguchi.plan.rules import services as rules

ROLES = ("officer", "head", "office")


def service_or_404(service_id: UUID) -> DigitalService:
    """The entry an address names. Raises `Http404`."""
    found = DigitalService.objects.filter(id=service_id).first()
    if found is None:
        raise Http404
    return found


def departments_for(staff: Staff, *, kept: str = "") -> dict[str, str]:
    """Code and name of the departments whose services a person may change; `kept` stays to be chosen."""
    today = clock.today()
    everything = organization.has_capability(staff, Capability.MANAGE_PLAN, today)
    own = organization.departments_of(staff, today)
    found = {d.code: d.name for d in organization.all_departments(today) if everything or d.code in own}
    if kept and kept not in found and kept in own:
        found[kept] = kept
    return found


def plain(service: DigitalService) -> rules.Service:
    """An entry as the rules look at it."""
    return rules.Service(
        data_classes=service.data_classes,
        privacy_checked_on=service.privacy_checked_on,
        security_checked_on=service.security_checked_on,
        review_on=service.review_on,
        exit_plan=service.exit_plan,
        evidence_years={e.fiscal_year for e in service.evidence.all()},
        started_on=service.started_on,
        ended_on=service.ended_on,
    )


def finding_words() -> dict[str, str]:
    """The sentence of each finding."""
    return {
        "no_privacy_check": _("個人情報を渡していますが、プライバシーの確認がまだです。"),
        "no_security_check": _("セキュリティの確認がまだです。"),
        "review_due": _("見直しの日を過ぎています。"),
        "no_exit_plan": _("やめるときの手順が書かれていません。"),
        "no_evidence": _("今年度に使った証拠がまだないため、数に入っていません。"),
    }
