"""Periodic work: what signing in leaves behind is removed when it serves nobody any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from madoguchi.common import (
    attempts,  # noqa: F401  # its periodic job registers itself
    clock,
    jobs,
)
from madoguchi.identity.actions import sign_in


@jobs.handler("identity.forget_sign_ins", every=timedelta(hours=1))
def forget_sign_ins(payload: Mapping[str, Any]) -> None:
    """Remove old sessions and the counts of wrong attempts that no longer matter."""
    sign_in.forget_old(now=clock.now())
