"""Lists of results and proposals as the desk reads them: files in, what each line comes to, how far a list is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from madoguchi.applications import external_results
from madoguchi.applications.batches import MOST_LINES, Line, Verdict
from madoguchi.applications.models import StepBatch, StepBatchItem
from madoguchi.common.desk_tables import UnreadableTable, read_table
from madoguchi.procedures.definition import ExternalStep, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext

BIGGEST = 5_000_000


class UnusableList(Exception):
    """The file cannot be taken for a list of results; the sentence says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def header(step: ExternalStep, number_label: str) -> list[str]:
    """The columns of a list of results."""
    return [number_label, *(str(question.label) for question in step.result)]


def read_list(content: bytes, step: ExternalStep, number_label: str, context: CleanContext) -> list[Line]:
    """The lines of a file whose first row names the columns, by label or id. Raises `UnusableList`."""
    try:
        rows = list(read_table(content).rows)
    except UnreadableTable as fault:
        where = _("%(line)s行目：") % {"line": fault.line} if fault.line > 1 else ""
        raise UnusableList(where + fault.sentence) from None
    if len(rows) < 2:
        raise UnusableList(_("見出しの行と、結果の行を入れてください。"))
    if len(rows) - 1 > MOST_LINES:
        raise UnusableList(
            _("一度に取り込めるのは%(most)s行までです。分けてください。") % {"most": MOST_LINES}
        )
    places = _places(rows[0][1], step, number_label)
    return [_line(line, cells, step, places, context) for line, cells in rows[1:]]


def _places(titles: Sequence[str], step: ExternalStep, number_label: str) -> dict[str, int]:
    """Where each question stands; the empty id is the number."""
    known = {number_label: ""} | {str(question.label): question.id for question in step.result}
    known |= {question.id: question.id for question in step.result}
    unknown = [title for title in titles if title and title not in known]
    if unknown:
        words = {"titles": "」「".join(unknown[:5]), "known": "、".join(header(step, number_label))}
        raise UnusableList(_("見出し「%(titles)s」は使えません。使えるのは、%(known)sです。") % words)
    places = {known[title]: place for place, title in enumerate(titles) if title}
    needed = ["", *(q.id for q in step.result if q.required is True and q.when is None)]
    missing = [one for one in needed if one not in places]
    if missing:
        labels = {q.id: str(q.label) for q in step.result} | {"": number_label}
        words = {"titles": "」「".join(labels[one] for one in missing)}
        raise UnusableList(_("見出し「%(titles)s」の列がありません。1行目に入れてください。") % words)
    return places


def _line(
    line: int, cells: Sequence[str], step: ExternalStep, places: Mapping[str, int], context: CleanContext
) -> Line:
    texts = {key: cells[place].strip() if place < len(cells) else "" for key, place in places.items()}
    return line_of(line, texts.pop(""), texts, step, context)


def line_of(
    position: int, given: str, texts: Mapping[str, str], step: ExternalStep, context: CleanContext
) -> Line:
    """One line from what stands in its cells; the first thing that cannot be read is its problem."""
    values: dict[str, object] = {}
    given = given.removesuffix("番").strip()[:80]
    for question in step.result:
        text = texts.get(question.id, "")
        if not text:
            continue
        cleaned = registry.of(question).clean(
            question, external_results.raw_from_cell(question, text), context
        )
        if cleaned.errors:
            return Line(position, given, None, cleaned.errors[0].message, question.id)
        values[question.id] = cleaned.value
    return Line(position, given, values)


def choices_of(question: Question) -> list[tuple[str, str]]:
    """The options of a question to choose from, also of a yes or no."""
    if question.kind == "yes_no":
        return [("yes", _("はい")), ("no", _("いいえ"))]
    return [(option.id, str(option.label)) for option in question.options]


def verdict_words(verdict: str, detail: str) -> str:
    """What becomes of a line, in one sentence that says what to do."""
    words = {
        Verdict.READY: _("取り込めます"),
        Verdict.UNKNOWN: _("この番号の申請がありません。番号を確かめてください。"),
        Verdict.DOUBLED: _("同じ番号が2行以上あります。どちらも取り込みません。1行にしてください。"),
        Verdict.NOT_THERE: _(
            "この一覧の対象ではありません（次第に載っていないか、災害に結び付いていません）。"
        ),
        Verdict.WRONG: _("内容を直してください。%(detail)s"),
        Verdict.SAME: _("同じ結果が、もう入っています。"),
        Verdict.CHANGED: _(
            "違う結果（%(detail)s）が、もう入っています。申請の画面で、理由を付けて直してください。"
        ),
        Verdict.DECIDED: _("「%(detail)s」の申請です。結果は入れられません。"),
        Verdict.WAITS: _("まだ進められません（%(detail)s）。"),
        Verdict.NOT_HELD: _("%(detail)sさんが担当しています。引き継ぐか、所属長が行ってください。"),
        Verdict.NO_GRADE: _("決定を示す結果が、まだ入っていません。"),
        Verdict.PROTECTED: _(
            "支援措置の対象のため、一覧からは進めません。申請を開いて、1件ずつ行ってください。"
        ),
    }
    if verdict == Verdict.NOT_HELD and not detail:
        return _("担当者がいません。先に「担当する」を押してください。")
    sentence = words.get(Verdict(verdict), verdict)
    return sentence % {"detail": detail} if "%(detail)s" in sentence else sentence


def short_words(verdict: str) -> str:
    """The verdict as the name of a group of lines."""
    words = {
        Verdict.READY: _("できるもの"),
        Verdict.UNKNOWN: _("番号がない"),
        Verdict.DOUBLED: _("番号が重なる"),
        Verdict.NOT_THERE: _("対象ではない"),
        Verdict.WRONG: _("内容の誤り"),
        Verdict.SAME: _("入力済み（同じ）"),
        Verdict.CHANGED: _("入力済み（違う）"),
        Verdict.DECIDED: _("起案・決定済みなど"),
        Verdict.WAITS: _("前の段階を待つ"),
        Verdict.NOT_HELD: _("担当が違う"),
        Verdict.NO_GRADE: _("結果がない"),
        Verdict.PROTECTED: _("支援措置の対象"),
    }
    return words.get(Verdict(verdict), verdict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a list is: lines that can be done, of these done and refused, and all lines by verdict."""

    ready: int
    done: int
    refused: int
    verdicts: tuple[tuple[str, int], ...]

    @property
    def left(self) -> int:
        """Lines that wait for the job."""
        return self.ready - self.done - self.refused


def progress(batch: StepBatch) -> Progress:
    """One question, however long the list."""
    rows = StepBatchItem.objects.filter(batch=batch).values_list("verdict", "state").annotate(n=Count("id"))
    verdicts: dict[str, int] = {}
    states = {StepBatchItem.State.DONE: 0, StepBatchItem.State.REFUSED: 0}
    for verdict, state, count in rows:
        verdicts[verdict] = verdicts.get(verdict, 0) + count
        if verdict == Verdict.READY and state in states:
            states[StepBatchItem.State(state)] += count
    order = {verdict: place for place, verdict in enumerate(Verdict)}
    return Progress(
        ready=verdicts.get(Verdict.READY, 0),
        done=states[StepBatchItem.State.DONE],
        refused=states[StepBatchItem.State.REFUSED],
        verdicts=tuple(sorted(verdicts.items(), key=lambda one: order[Verdict(one[0])])),
    )


def state_words(item: StepBatchItem) -> tuple[str, str]:
    """What became of a line, and the kind of its tag."""
    if item.state == StepBatchItem.State.DONE:
        return _("済み"), "success"
    if item.state == StepBatchItem.State.REFUSED:
        return _("できませんでした"), "danger"
    if item.verdict == Verdict.READY:
        return _("できる"), "progress"
    if item.verdict == Verdict.SAME:
        return _("済んでいる"), "neutral"
    proposes = item.batch.kind == StepBatch.Kind.PROPOSALS
    return _("起案しない") if proposes else _("取り込まない"), "warning"


def said_result(step: ExternalStep | None, values: Mapping[str, object]) -> str:
    """The values of a line in one line, without free words."""
    if step is None:
        return ""
    return "　".join(text for _label, text in external_results.plain_lines(step, values))
