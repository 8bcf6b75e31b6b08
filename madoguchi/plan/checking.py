"""What a plan of the right shape may still have wrong: names that lead nowhere, days and values that cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date

from madoguchi.common import registers
from madoguchi.common.yaml_source import Path, Source
from madoguchi.japan.check_digits import is_local_government_code
from madoguchi.plan.definition import Indicator, Measure, Plan, RoadmapBar
from madoguchi.plan.findings import Finding
from madoguchi.plan.rules import achievements

_DAYS = ("starts_on", "ends_on", "on")


def check_days(source: Source) -> list[Finding]:
    """Every day must be one of the calendar."""
    found: list[Finding] = []
    for path in source.lines:
        if path and path[-1] in _DAYS and isinstance(text := _at(source, path), str):
            try:
                date.fromisoformat(text)
            except ValueError:
                mend = "暦にある日を、2021-04-01の形で書いてください。"
                place = ".".join(map(str, path))
                found.append(
                    Finding(
                        source.line_of(path), place, "no_such_day", f"「{text}」という日はありません。", mend
                    )
                )
    return found


def check(plan: Plan, source: Source, before: Plan | None) -> Iterator[Finding]:
    """Every finding about a plan; `before` is the version in use."""
    yield from _frame(plan, source)
    yield from _doubles(plan, source)
    for number, indicator in enumerate(plan.indicators):
        yield from _indicator(plan, indicator, source, ("indicators", number))
    for number, measure in enumerate(plan.measures):
        path = ("measures", number)
        if measure.goal_id not in {g.id for g in plan.goals}:
            yield _unknown(source, (*path, "goal"), measure.id, "重点目標", measure.goal_id)
        for item in set(measure.national_items) - {n.id for n in plan.national_items}:
            yield _unknown(source, (*path, "national_items"), measure.id, "国の計画の項目", item)
        for kind in sorted(set(measure.records) - set(achievements.KINDS)):
            yield _unknown(source, (*path, "records"), measure.id, "実績の種類", kind)
        yield from _marks(plan, measure, source, path)
    for number, bar in enumerate(plan.roadmap):
        yield from _bar(plan, bar, source, ("roadmap", number))
    if len({bar.id for bar in plan.roadmap}) == len(plan.roadmap):
        yield from _order(plan, source)
    for number, line in enumerate(plan.budget):
        if line.measure_id not in {m.id for m in plan.measures}:
            yield _unknown(source, ("budget", number, "measure"), line.id, "施策", line.measure_id)
    for name, ids in plan.core_system_lists.items():
        for unknown in sorted(set(ids) - plan.core_systems.keys()):
            yield _unknown(source, ("core_system_lists", name), name, "基幹業務", unknown)
    if before is not None:
        yield from _changes(plan, before, source)


def _frame(plan: Plan, source: Source) -> Iterator[Finding]:
    if plan.ends_on < plan.starts_on:
        yield _finding(
            source,
            ("ends_on",),
            "",
            "ends_before_start",
            "計画の終わりの日が、始まりの日より前です。",
            "どちらかの日を直してください。",
        )
    if (plan.starts_on.month, plan.starts_on.day) != (4, 1):
        yield _finding(
            source,
            ("starts_on",),
            "",
            "starts_within_a_year",
            "計画が年度の途中から始まっています。数は年度ごとにまとめています。",
            "年度のはじめの4月1日を書いてください。",
        )
    if (plan.ends_on.month, plan.ends_on.day) != (3, 31):
        yield _finding(
            source,
            ("ends_on",),
            "",
            "ends_within_a_year",
            "計画が年度の途中で終わっています。数は年度ごとにまとめています。",
            "年度の終わりの3月31日を書いてください。",
        )
    if not is_local_government_code(plan.city_code):
        yield _finding(
            source,
            ("city_code",),
            "",
            "bad_city_code",
            "全国地方公共団体コードの検査数字が合いません。",
            "6桁のコードを確かめてください。",
        )
    if plan.succeeds == plan.id:
        yield _finding(
            source,
            ("succeeds",),
            "",
            "succeeds_itself",
            "計画が自分自身を引き継いでいます。",
            "前の計画のidを書いてください。",
        )


def _doubles(plan: Plan, source: Source) -> Iterator[Finding]:
    for key, ids in (
        ("goals", [g.id for g in plan.goals]),
        ("measures", [m.id for m in plan.measures]),
        ("indicators", [i.id for i in plan.indicators]),
        ("roadmap", [b.id for b in plan.roadmap]),
        ("budget", [b.id for b in plan.budget]),
    ):
        for number, one in enumerate(ids):
            if Counter(ids[: number + 1])[one] == 2:
                yield _finding(
                    source,
                    (key, number, "id"),
                    one,
                    "doubled_id",
                    f"id「{one}」が二度使われています。",
                    "片方を別のidにしてください。",
                )


def _marks(plan: Plan, measure: Measure, source: Source, path: Path) -> Iterator[Finding]:
    """What is marked as not written yet is not written."""
    amounts = [b for b in plan.budget if b.measure_id == measure.id and b.certainty != "to_be_filled"]
    for key, is_written in (("sdgs", bool(measure.sdgs)), ("budget", bool(amounts))):
        if is_written and measure.certainty.get(key) == "to_be_filled":
            yield _finding(
                source,
                (*path, "certainty", key),
                measure.id,
                "written_though_marked",
                f"{key}は「市が書き込む」とされていますが、書かれています。",
                "印を消すか、plan、verified、general_knowledgeのどれかにしてください。",
            )


def _indicator(plan: Plan, one: Indicator, source: Source, path: Path) -> Iterator[Finding]:
    def finding(key: str, code: str, message: str, mend: str) -> Finding:
        return _finding(source, (*path, key), one.id, code, message, mend)

    if one.measure_id not in {m.id for m in plan.measures}:
        yield _unknown(source, (*path, "measure"), one.id, "施策", one.measure_id)
    for key, name in (("source", one.source), ("denominator", one.denominator)):
        if name and name not in registers.indicators:
            known = "、".join(entry.name for entry in registers.indicators)
            yield finding(
                key, "unknown_source", f"出所「{name}」はありません。", f"使えるのは、{known}です。"
            )
    if one.is_share != bool(one.denominator):
        yield finding(
            "denominator",
            "share_needs_denominator",
            "割合（share、share_of_sums）には分母が要り、ほかの数え方には要りません。",
            "denominatorを書くか、消してください。",
        )
    if one.divisor < 1:
        yield finding(
            "divisor", "bad_divisor", "divisorは1以上の整数です。", "分を時間にするなら60と書いてください。"
        )
    if one.kind in ("stock", "share_of_sums") and one.span != "day":
        yield finding(
            "span",
            "stock_is_of_a_day",
            f"その日の数（{one.kind}）は、span: day で数えます。",
            "span: day と書いてください。",
        )
    if one.kind in ("count", "distinct") and one.span == "day":
        yield finding(
            "span",
            "flow_needs_a_span",
            "起きたことの数は、期間（plan か year）で数えます。",
            "span: plan か span: year と書いてください。",
        )
    yield from _target(plan, one, finding)


def _target(
    plan: Plan, one: Indicator, finding: Callable[[str, str, str, str], Finding]
) -> Iterator[Finding]:
    if one.target is None:
        return
    if not plan.starts_on <= one.target.on <= plan.ends_on:
        yield finding(
            "target",
            "target_outside_plan",
            "目標の日が計画の期間の外です。",
            "計画の期間の中の日にしてください。",
        )
    if one.baseline is None:
        return
    worse = one.target.value < one.baseline.value
    if one.direction == "at_least" and worse:
        yield finding(
            "target",
            "target_below_baseline",
            "目標が現状値より低くなっています。",
            "目標か現状値を直すか、direction: at_most にしてください。",
        )
    if one.direction == "at_most" and one.target.value > one.baseline.value:
        yield finding(
            "target",
            "target_above_baseline",
            "減らす指標の目標が、現状値より高くなっています。",
            "目標か現状値を直すか、direction: at_least にしてください。",
        )


def _bar(plan: Plan, bar: RoadmapBar, source: Source, path: Path) -> Iterator[Finding]:
    if bar.measure_id not in {m.id for m in plan.measures}:
        yield _unknown(source, (*path, "measure"), bar.id, "施策", bar.measure_id)
    if bar.ends_on < bar.starts_on:
        yield _finding(
            source,
            (*path, "ends_on"),
            bar.id,
            "ends_before_start",
            "終わりの日が、始まりの日より前です。",
            "どちらかの日を直してください。",
        )
    elif bar.starts_on < plan.starts_on or bar.ends_on > plan.ends_on:
        yield _finding(
            source,
            path,
            bar.id,
            "bar_outside_plan",
            "計画の期間の外にあります。",
            "計画の期間の中の日にしてください。",
        )
    for name in bar.after:
        if name not in {b.id for b in plan.roadmap}:
            yield _unknown(source, (*path, "after"), bar.id, "工程", name)


def _order(plan: Plan, source: Source) -> Iterator[Finding]:
    """Bars wait for earlier ones; a ring of them is one finding."""
    bars = {bar.id: bar for bar in plan.roadmap}
    ahead = {bar.id: _ahead(bars, bar) for bar in plan.roadmap}
    told: set[str] = set()
    for number, bar in enumerate(plan.roadmap):
        path = ("roadmap", number, "after")
        if bar.id in ahead[bar.id]:
            if bar.id not in told:
                yield _finding(
                    source,
                    path,
                    bar.id,
                    "cycle",
                    "待ち合わせが輪になっています。",
                    "どれかのafterを消してください。",
                )
            told |= {name for name in ahead[bar.id] if bar.id in ahead[name]}
            continue
        for name in bar.after:
            if name in bars and bars[name].ends_on >= bar.starts_on:
                yield _finding(
                    source,
                    path,
                    bar.id,
                    "begins_before_what_it_waits_for",
                    f"「{name}」が終わる前に始まることになっています。",
                    "日か、待つ工程を直してください。",
                )


def _ahead(bars: Mapping[str, RoadmapBar], bar: RoadmapBar) -> set[str]:
    """Every bar that must be finished before this one begins, near or far."""
    seen: set[str] = set()
    waiting = list(bar.after)
    while waiting:
        name = waiting.pop()
        if name in bars and name not in seen:
            seen.add(name)
            waiting += bars[name].after
    return seen


def _changes(plan: Plan, before: Plan, source: Source) -> Iterator[Finding]:
    """An indicator in use is not removed, and how it counts changes only with its version."""
    now = {i.id: i for i in plan.indicators}
    numbers = {i.id: n for n, i in enumerate(plan.indicators)}
    for old in before.indicators:
        new = now.get(old.id)
        if new is None:
            yield _finding(
                source,
                ("indicators",),
                old.id,
                "indicator_removed",
                f"公開中の指標「{old.id}」がなくなっています。",
                "指標は消さずに残してください。やめるときは、説明に書いてください。",
            )
        elif new.version < old.version:
            yield _finding(
                source,
                ("indicators", numbers[old.id], "version"),
                old.id,
                "version_lowered",
                f"指標「{old.id}」の版が、公開中の第{old.version}版より前に戻っています。",
                f"version: {old.version} か、数え方を変えるなら{old.version + 1}と書いてください。",
            )
        elif new.version == old.version and (
            counting(new) != counting(old)
            or plan.systems_of(new) != before.systems_of(old)
            or _moved(old, new)
        ):
            yield _finding(
                source,
                ("indicators", numbers[old.id]),
                old.id,
                "changed_without_version",
                f"指標「{old.id}」の数え方、現状値または目標が変わりました。",
                f"version: {old.version + 1} と書いてください。前の数え方と並べて示します。",
            )


def check_lists(plan: Plan, source: Source, earlier: Iterable[Plan]) -> Iterator[Finding]:
    """One name of a list means one list: a later plan may not change what earlier figures counted."""
    for other in earlier:
        for name in plan.core_system_lists.keys() & other.core_system_lists.keys():
            differing = set(plan.core_system_lists[name]) ^ set(other.core_system_lists[name])
            for system in sorted(differing):
                yield _finding(
                    source,
                    ("core_system_lists", name),
                    name,
                    "list_differs",
                    f"一覧「{name}」の「{system}」が、計画「{other.id}」と合いません。前の計画の集計が変わってしまいます。",
                    f"計画「{other.id}」と同じ一覧にしてください。誤りなら、先にその計画を直してください。",
                )


def counting(indicator: Indicator) -> tuple[object, ...]:
    """What decides how an indicator counts."""
    one = indicator
    words = (one.unit.ja, one.exclusions.ja, one.fiscal_year_rule.ja)
    return (one.kind, one.span, one.source, one.denominator, one.divisor, one.direction, *words)


def _moved(old: Indicator, new: Indicator) -> bool:
    """Whether a baseline or target that was set is another one now; one that was still to be set may be filled in."""
    pairs = ((old.baseline, new.baseline), (old.target, new.target))
    return any(a and (b is None or (a.value, a.on) != (b.value, b.on)) for a, b in pairs)


def check_departments(plan: Plan, source: Source, known: Collection[str]) -> Iterator[Finding]:
    """Every department is one of the city; one that has ended since stays known."""
    if plan.office_department_code not in known:
        yield _unknown(source, ("office",), "", "部署", plan.office_department_code)
    for number, measure in enumerate(plan.measures):
        if measure.department_code not in known:
            path = ("measures", number, "department")
            yield _unknown(source, path, measure.id, "部署", measure.department_code)


def _at(source: Source, path: Path) -> object:
    data = source.data
    for part in path:
        data = data[part]
    return data


def _finding(
    source: Source, path: Iterable[str | int], place: str, code: str, message: str, mend: str
) -> Finding:
    return Finding(source.line_of(tuple(path)), place, code, message, mend)


def _unknown(source: Source, path: Path, place: str, what: str, name: str) -> Finding:
    return _finding(
        source,
        path,
        place,
        "unknown_name",
        f"{what}「{name}」はありません。",
        "書き間違いがないか確かめてください。",
    )
