"""Publishing a plan: a new version beside the ones before, never in their place."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import kernel
from madoguchi.plan import reading
from madoguchi.plan.findings import BrokenPlan
from madoguchi.plan.models import PlanVersion
from madoguchi.plan.queries import plans


class PublishedMeanwhile(Exception):
    """Somebody else published a version of this plan since it was read."""


def publish(*, source: str, by: str, note: str = "", now: datetime) -> PlanVersion:
    """Make `source` the newest version of its plan; the same source again changes nothing.

    Raises `BrokenPlan` with every finding, `PublishedMeanwhile`.
    """
    plan = reading.read(source)
    newest = PlanVersion.objects.filter(plan_id=plan.id).order_by("-number").first()
    digest = hashlib.sha256(source.encode()).hexdigest()
    if newest is not None and newest.digest == digest:
        return newest
    earlier = [
        other for other in plans.all_plans() if other.id != plan.id and other.starts_on < plan.starts_on
    ]
    before = plans.plan_of(newest.id) if newest else None
    _plan, findings = reading.examine(source, before, earlier=earlier)
    if findings:
        raise BrokenPlan(findings)
    version = PlanVersion(
        plan_id=plan.id,
        number=newest.number + 1 if newest else 1,
        source=source,
        digest=digest,
        published_at=now,
        published_by=by,
        note=note,
    )
    unit = kernel.Unit()
    unit.insert(version)
    detail = {"number": version.number, "digest": digest}
    audit.record(unit, actor=by, act="publish_plan", subject=f"plan:{plan.id}", now=now, detail=detail)
    # Lists of core systems may have changed, and with them what records of systems tell.
    unit.job("plan.retell_systems", {}, key=f"plan.retell_systems:{plan.id}:{version.number}")
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise PublishedMeanwhile from None
    return version
