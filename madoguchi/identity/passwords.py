"""Passwords of staff: Argon2id digests, and what a new password must be."""

from __future__ import annotations

import functools
import unicodedata
from difflib import SequenceMatcher

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext as _

MIN_CHARACTERS = 12
MAX_CHARACTERS = 200
_FEWEST_DIFFERENT = 5
_TOO_SIMILAR = 0.7


class _Hasher(Argon2PasswordHasher):
    """OWASP's parameters (19 MiB, 2 rounds): Django's own 100 MiB a sign-in would outgrow a web process."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


_hasher = _Hasher()


def digest(password: str) -> str:
    """What is stored in place of a password."""
    return _hasher.encode(_normal(password), _hasher.salt())


def is_password(password: str, stored: str) -> bool:
    """Whether `password` is the one behind `stored`; takes as long when nobody has such a log-in (`stored` empty)."""
    found = _hasher.verify(_normal(password)[:MAX_CHARACTERS], stored or _nobodys())
    return found and bool(stored)


@functools.cache
def _nobodys() -> str:
    return digest("no one has this password")


def faults(password: str, *, personal: tuple[str, ...] = ()) -> list[str]:
    """Why `password` may not be chosen, in words; `personal` are the log-in and the names of its owner."""
    password = _normal(password)
    if len(password) < MIN_CHARACTERS:
        return [_("パスワードは%(n)d文字以上にしてください。") % {"n": MIN_CHARACTERS}]
    if len(password) > MAX_CHARACTERS:
        return [_("パスワードは%(n)d文字以内にしてください。") % {"n": MAX_CHARACTERS}]
    found = []
    if _is_common(password) or len(set(password)) < _FEWEST_DIFFERENT:
        found.append(_("推測されやすいパスワードです。ほかのパスワードにしてください。"))
    if any(_is_similar(password, word) for word in personal):
        found.append(_("ログイン名や氏名に似ています。ほかのパスワードにしてください。"))
    return found


def same_as_before() -> str:
    """Why the present password may not be chosen again."""
    return _("いまのパスワードと同じです。ほかのパスワードにしてください。")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _is_common(password: str) -> bool:
    """In the list of common ones, also with digits or signs around it (password2026!); digits alone are common too."""
    word = password.lower().strip()
    core = word.strip("0123456789!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~ ")
    return core == "" or word in _common() or core in _common()


def _is_similar(password: str, word: str) -> bool:
    password, word = password.lower(), word.lower()
    if len(word) < 3:
        return False
    return word in password or SequenceMatcher(a=password, b=word).quick_ratio() >= _TOO_SIMILAR
