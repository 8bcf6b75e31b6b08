from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from madoguchi.common import attempts, clock
from madoguchi.common.models import AttemptCount

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SPAN = timedelta(minutes=10)


def allow(who="203.0.113.7", *, scope="status", now=NOW):
    return attempts.allow(scope, who, limit=3, span=SPAN, now=now)


@pytest.mark.django_db
def test_attempts_are_allowed_up_to_the_limit_and_again_after_the_span():
    assert [allow() for _ in range(5)] == [True, True, True, False, False]
    assert not allow(now=NOW + SPAN - timedelta(seconds=1))

    assert [allow(now=NOW + SPAN) for _ in range(4)] == [True, True, True, False]


@pytest.mark.django_db
def test_amounts_are_counted_until_they_are_too_much_and_it_is_said_when_to_go_on():
    limit = attempts.Limit("upload", 100, SPAN)

    assert attempts.charge(limit, "a", now=NOW, amount=60) is None
    assert attempts.full_until(limit, "a", now=NOW) is None
    assert attempts.charge(limit, "a", now=NOW, amount=60) is None, "the last one may go beyond"
    assert attempts.charge(limit, "a", now=NOW, amount=1) == NOW + SPAN
    assert attempts.full_until(limit, "a", now=NOW) == NOW + SPAN
    assert attempts.full_until(limit, "b", now=NOW) is None
    assert attempts.full_until(limit, "a", now=NOW + SPAN) is None
    assert attempts.charge(limit, "a", now=NOW + SPAN, amount=99) is None


@pytest.mark.django_db
def test_looking_whether_it_is_too_much_counts_nothing_and_is_lifted_with_the_limits(settings):
    limit = attempts.Limit("upload", 1, SPAN)
    assert [attempts.full_until(limit, "a", now=NOW) for _ in range(3)] == [None] * 3
    assert not AttemptCount.objects.exists()
    attempts.charge(limit, "a", now=NOW)

    settings.ATTEMPT_LIMITS = False

    assert attempts.full_until(limit, "a", now=NOW) is None


@pytest.mark.django_db
def test_each_place_and_each_kind_of_guess_is_counted_by_itself():
    for _ in range(4):
        allow()

    assert allow("203.0.113.8")
    assert allow(scope="resume")


@pytest.mark.django_db
def test_a_good_attempt_begins_anew():
    for _ in range(3):
        allow()

    attempts.forget("status", "203.0.113.7")

    assert allow()


@pytest.mark.django_db
def test_the_first_attempts_of_two_processes_are_both_counted(monkeypatch):
    begin = attempts._begin

    def begin_second(*row):
        monkeypatch.setattr(attempts, "_begin", begin)
        assert begin(*row)
        return begin(*row)

    monkeypatch.setattr(attempts, "_begin", begin_second)

    assert allow()
    assert AttemptCount.objects.get().count == 2


@pytest.mark.django_db
def test_nothing_is_counted_when_the_limits_are_lifted(settings):
    settings.ATTEMPT_LIMITS = False

    assert all(allow() for _ in range(10))
    assert not AttemptCount.objects.exists()


@pytest.mark.django_db
def test_the_table_does_not_tell_who_tried(settings):
    allow()
    settings.SECRET_KEY = "another key"
    allow()

    keys = set(AttemptCount.objects.values_list("key", flat=True))
    assert len(keys) == 2, "the digest cannot be made without the key of this installation"


@pytest.mark.django_db
def test_counts_whose_span_is_over_are_removed(monkeypatch):
    allow("a")
    allow("b", now=NOW + SPAN)
    monkeypatch.setattr(clock, "now", lambda: NOW + SPAN + timedelta(seconds=1))

    attempts.forget_expired({})

    assert AttemptCount.objects.count() == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "203.0.113.7"),
        (1, "", "203.0.113.7"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        (2, "10.9.9.9, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
        (3, "198.51.100.1", "198.51.100.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "what is this", "unknown"),
    ],
)
def test_only_our_own_proxies_are_believed_about_where_a_request_comes_from(
    settings, proxies, forwarded, address
):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", **headers)

    assert attempts.client_address(request) == address


@pytest.mark.django_db
def test_who_is_overtaken_again_and_again_is_refused(monkeypatch):
    monkeypatch.setattr(attempts, "_begin", lambda *_: False)

    assert not allow()


@pytest.mark.django_db
def test_of_two_who_begin_a_new_span_at_once_one_counts_on():
    allow()
    stale = AttemptCount.objects.get()
    assert allow(now=NOW + SPAN)

    assert not attempts._begin(stale.key, stale, NOW + SPAN * 2)
