"""What staff read of blocks: words for parts and differences, and the lines of the command."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from madoguchi.procedures import block_uses, placing
from madoguchi.procedures.block_uses import Difference, Touched


def part_name(part: str) -> str:
    """The name of a part of a definition."""
    return {
        "law": _("根拠となる法令"),
        "representatives": _("代わりに手続をする人"),
        "eligibility": _("申請できる条件"),
        "sections": _("質問のページ"),
        "questions": _("質問"),
        "documents": _("添付書類"),
        "stages": _("段階"),
        "correction_reasons": _("補正の理由"),
        "appeals": _("教示"),
        "texts": _("ほかの言語の文"),
    }[part]


def sentence(difference: Difference) -> str:
    """What one difference means for the procedure."""
    place = f"{part_name(difference.part)}「{difference.item}」"
    if difference.what == "added":
        return _("%(place)sが加わります。") % {"place": place}
    if difference.what == "removed":
        return _("%(place)sがなくなります。書きかけの申請の答えは引き継がれません。") % {"place": place}
    return _("%(place)sの%(keys)sが変わります。") % {"place": place, "keys": "、".join(difference.keys)}


def lines(name: str) -> Iterator[str]:
    """What `madoguchi procedures blocks [NAME]` prints. Raises `KeyError` where there is no such block."""
    if not name:
        for block_id, offers in block_uses.all_uses().items():
            yield f"{block_id}: {len(offers)}件の手続で使っています。"
        return
    touched = block_uses.touched_by(placing.shared()[name])
    yield f"{name}: {len(touched)}件の手続で使っています。"
    for one in touched:
        yield from _of(one)


def _of(touched: Touched) -> Iterator[str]:
    title = f"{touched.offer.procedure_id}（{touched.offer.definition.current_name}）"
    if not touched.differences:
        yield f"{title}: 公開中の版と同じです。"
    for difference in touched.differences:
        yield f"{title}: {sentence(difference)}"
