"""Approval chains (起案・合議・決裁): every decision has one, and nobody is asked twice or stands in for themselves."""

from __future__ import annotations

from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.acts import DRAFTED, check_placeholders
from madoguchi.procedures.checks.sheet import Sheet, either, suggestion

APPROVERS = ("approver", "head")
LIMITS = ("amount", "provided")


def check(sheet: Sheet) -> None:
    """Note chains that no decision reaches, decisions without a chain, and posts that make no sense together."""
    chains = sheet.data["workflow"]["approval"]
    ids = [decision["id"] for decision in sheet.data["workflow"]["decisions"]]
    _decisions(sheet, chains, ids)
    _reached(sheet, chains, ids)
    for n, chain in enumerate(chains):
        path: Path = ("workflow", "approval", n)
        _amount(sheet, chain, path)
        _posts(sheet, chain, path)
        _consulted(sheet, chain, path)
        if "draft" in chain:
            check_placeholders(sheet, chain["draft"], (*path, "draft"), DRAFTED)


def _decisions(sheet: Sheet, chains: list[dict[str, Any]], ids: list[str]) -> None:
    covered: set[str] = set()
    for n, chain in enumerate(chains):
        for m, name in enumerate(_named(chain, [])):
            if name not in ids:
                mend = suggestion(name, ids) or either(ids)
                path: Path = ("workflow", "approval", n, "when", m)
                sheet.note(path, "unknown_decision", f"「{name}」という決定はありません。", mend)
        if not _is_limited(chain):
            covered |= set(_named(chain, ids))
    for n, name in enumerate(ids):
        if name not in covered:
            message = f"決定「{name}」を決裁する人が決まっていません。"
            mend = "workflow.approval に、額や答えで限らない「when: all」の行を書いてください。"
            sheet.note(("workflow", "decisions", n, "id"), "no_approval", message, mend)


def _named(chain: dict[str, Any], ids: list[str]) -> list[str]:
    return ids if chain["when"] == "all" else list(chain["when"])


def _is_limited(chain: dict[str, Any]) -> bool:
    return any(key in chain for key in LIMITS)


def _reached(sheet: Sheet, chains: list[dict[str, Any]], ids: list[str]) -> None:
    """Chains are tried in order, those that name the decision first: what stands behind one without limits is lost."""
    settled: set[str] = set()
    in_order = sorted(enumerate(chains), key=lambda one: one[1]["when"] == "all")
    for n, chain in in_order:
        named = set(_named(chain, ids))
        if named <= settled and named <= set(ids):
            sheet.warn(
                ("workflow", "approval", n),
                "approval_never_used",
                "この行の前の行が、いつも先に使われます。",
                "額や答えで限る行を、限らない行より前に書いてください。",
            )
        if not _is_limited(chain):
            settled |= named


def _amount(sheet: Sheet, chain: dict[str, Any], path: Path) -> None:
    amount = chain.get("amount")
    if amount is None:
        return
    if "entitlement" not in sheet.data or sheet.data["entitlement"].get("unit", "yen") != "yen":
        mend = "entitlement を円で書くか、amount を消してください。"
        sheet.note((*path, "amount"), "no_entitlement", "額で分けていますが、額の計算がありません。", mend)
    if "at_least" in amount and "below" in amount and amount["at_least"] >= amount["below"]:
        mend = "at_least を below より小さくしてください。"
        sheet.note((*path, "amount"), "min_above_max", "この範囲に入る額がありません。", mend)


def _posts(sheet: Sheet, chain: dict[str, Any], path: Path) -> None:
    if chain["approver"] not in APPROVERS:
        message = f"「{chain['approver']}」は決裁できない役割です。"
        sheet.note((*path, "approver"), "wrong_approver", message, either(APPROVERS))
    substitute = chain.get("substitute", {}).get("role")
    if substitute == chain["approver"]:
        sheet.note(
            (*path, "substitute", "role"),
            "substitute_is_approver",
            "決裁する役割と代決する役割が同じです。",
            "代決する別の役割を書いてください。",
        )


def _consulted(sheet: Sheet, chain: dict[str, Any], path: Path) -> None:
    seen: set[tuple[str, str]] = set()
    for n, consulted in enumerate(chain.get("consult", ())):
        asked = (consulted["department"], consulted["role"])
        if asked in seen:
            sheet.note(
                (*path, "consult", n, "department"),
                "consulted_twice",
                f"「{asked[0]}」に2回、合議を求めています。",
                "どちらかを消してください。",
            )
        seen.add(asked)
