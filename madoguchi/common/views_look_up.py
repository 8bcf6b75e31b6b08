"""Look-ups that a page's script may ask while a person types: postal codes, banks, branches. No personal data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from madoguchi.common import access
from madoguchi.japan import addresses, banks, kana

MOST_CHOICES = 20
LONGEST_QUESTION = 40
A_DAY = 60 * 60 * 24
_HIRAGANA = re.compile("[ぁ-ゖ]")


class PostalCode:
    """Address part: the seven digits of a postal code."""

    regex = "[0-9]{7}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@access.public
@require_safe
def postal_code(request: HttpRequest, code: str) -> HttpResponse:
    """The places a postal code stands for; none when it is not in use."""
    places = [
        {"prefecture": p.prefecture, "city": p.city, "city_code": p.city_code6, "town": p.town}
        for p in addresses.by_postal_code(code)
    ]
    once = {tuple(place.values()): place for place in places}
    return _kept({"places": list(once.values())})


@access.public
@require_safe
def bank_names(request: HttpRequest) -> HttpResponse:
    """Banks whose name, reading or code begins with or holds what was typed."""
    asked = _question(request)
    found = banks.search_banks(asked, MOST_CHOICES) if asked else ()
    return _choices(asked, [(bank.full_name, bank.code, bank.kana) for bank in found])


@access.public
@require_safe
def branch_names(request: HttpRequest) -> HttpResponse:
    """Branches, of the bank whose code is `with`, that fit what was typed."""
    asked = _question(request)
    bank_code = request.GET.get("with", "")
    known = banks.bank(bank_code) is not None
    found = banks.search_branches(bank_code, asked, MOST_CHOICES) if asked and known else ()
    return _choices(asked, [(branch.name, branch.code, branch.kana) for branch in found])


def _question(request: HttpRequest) -> str:
    """What was typed; nothing when it is too long to be a name."""
    asked = request.GET.get("q", "").strip()
    return asked if len(asked) <= LONGEST_QUESTION else ""


def _choices(asked: str, found: Sequence[tuple[str, str, str]]) -> HttpResponse:
    """Browsers hide a suggestion that does not hold the letters typed, so the reading comes in the kana in use."""
    in_kana = kana.to_hiragana if _HIRAGANA.search(asked) else str
    choices = [
        {"value": name, "label": f"{code} {in_kana(reading)}", "code": code} for name, code, reading in found
    ]
    return _kept({"choices": choices})


def _kept(answer: dict[str, Any]) -> HttpResponse:
    """JSON that everybody may keep for a day: it is the same for all."""
    return JsonResponse(
        answer,
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
        headers={"Cache-Control": f"public, max-age={A_DAY}"},
    )
