"""The feed of changes (Atom, RFC 4287): versions of plans, and indicators that reached their target."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.plan.definition import Plan
from madoguchi.plan.models import PlanVersion
from madoguchi.plan.queries import figures, plans
from madoguchi.plan.rules.light import is_reached
from madoguchi.plan.views.asking import asked, language

MOST = 50


@access.public
@require_GET
def atom(request: HttpRequest) -> HttpResponse:
    """What changed, newest first."""
    ask = asked(request)
    lang = language()
    feed = Atom1Feed(
        title=_("計画の進みぐあい"),
        link=settings.BASE_URL + reverse("plan:board"),
        description=ask.plan.title.of(lang),
        language=lang,
        feed_url=settings.BASE_URL + reverse("plan:feed"),
    )
    for at, title, path, key in sorted(_entries(ask.plan, ask.day, lang), reverse=True)[:MOST]:
        link = settings.BASE_URL + path
        feed.add_item(
            title, link, "", pubdate=at, updateddate=at, unique_id=f"tag:{settings.CITY_CODE},2021:{key}"
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    return response


def _entries(plan: Plan, day: date, lang: str) -> list[tuple[datetime, str, str, str]]:
    found: list[tuple[datetime, str, str, str]] = []
    for version in PlanVersion.objects.order_by("-published_at")[:MOST]:
        title = plans.plan_of(version.id).title.of(lang)
        words = _("%(title)s（第%(number)s版）を公開しました。") % {"title": title, "number": version.number}
        path = f"{reverse('plan:board')}?plan={version.plan_id}"
        found.append((version.published_at, words, path, f"plan:{version.plan_id}:{version.number}"))
    for one in plan.indicators:
        reached = _reached_on(plan, one.id, day)
        if reached is not None:
            words = _("「%(title)s」が目標に達しました。") % {"title": one.title.of(lang)}
            at = datetime.combine(reached, time(), UTC)
            path = reverse("plan:indicator", args=[one.id])
            found.append((at, words, path, f"reached:{plan.id}:{one.id}"))
    return found


def _reached_on(plan: Plan, indicator_id: str, day: date) -> date | None:
    """The first end of a month at which the target was met; nothing for what is only to be kept."""
    one = plan.indicator(indicator_id)
    if one.target is None or (one.baseline and one.baseline.value == one.target.value):
        return None
    points = figures.series(plan, one, day)
    return next((on for on, value in points if value is not None and is_reached(one, value)), None)
