"""The feed of changes (Atom, RFC 4287): versions of plans, indicators that reached their target, closed minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.audit.models import AuditEntry
from madoguchi.common import access, clock
from madoguchi.plan.definition import Plan
from madoguchi.plan.desk_states import MeetingState
from madoguchi.plan.models import Meeting, PlanVersion
from madoguchi.plan.queries import plans, reached
from madoguchi.plan.views.asking import asked, language

MOST = 50
Entry = tuple[datetime, str, str, str]  # when, title, path, key of its id


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
        author_name=settings.CITY_NAME,
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


def _entries(plan: Plan, day: date, lang: str) -> list[Entry]:
    return [*_versions(lang), *_reached(plan, day, lang), *_minutes(plan)]


def _versions(lang: str) -> Iterator[Entry]:
    for version in PlanVersion.objects.order_by("-published_at")[:MOST]:
        title = plans.plan_of(version.id).title.of(lang)
        words = _("%(title)s（第%(number)s版）を公開しました。") % {"title": title, "number": version.number}
        path = f"{reverse('plan:board')}?plan={version.plan_id}"
        yield version.published_at, words, path, f"plan:{version.plan_id}:{version.number}"


def _reached(plan: Plan, day: date, lang: str) -> Iterator[Entry]:
    for indicator_id, on in reached.reached_on(plan, day).items():
        words = _("「%(title)s」が目標に達しました。") % {
            "title": plan.indicator(indicator_id).title.of(lang)
        }
        path = f"{reverse('plan:indicator', args=[indicator_id])}?plan={plan.id}"
        yield _moment(on), words, path, f"reached:{plan.id}:{indicator_id}"


def _minutes(plan: Plan) -> Iterator[Entry]:
    """Minutes since they were closed: what was decided is public, who was there is not said."""
    rows = Meeting.objects.filter(plan_id=plan.id, state=MeetingState.CLOSED)
    closed = {f"meeting:{one.id}": one for one in rows.order_by("-held_on", "-number")[:MOST]}
    acts = AuditEntry.objects.filter(subject__in=closed, act="meeting.closed")
    since = dict(acts.values_list("subject", "at"))
    for subject, meeting in closed.items():
        words = _("第%(number)s回の会議の議事録を公開しました。") % {"number": meeting.number}
        path = reverse("plan:minutes-pdf", args=[meeting.id])
        yield since.get(subject, _moment(meeting.held_on)), words, path, f"minutes:{meeting.id}"


def _moment(on: date) -> datetime:
    return datetime.combine(on, time(), clock.TOKYO)
