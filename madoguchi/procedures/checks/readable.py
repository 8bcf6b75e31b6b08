"""A file that cannot be read as YAML, explained by the line that stands in the way."""

from __future__ import annotations

import re

from madoguchi.common.yaml_source import NotReadable
from madoguchi.procedures.findings import Finding

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'")
_VALUE = re.compile(r"(?:^\s*(?:- )*|[{,]\s*)[\w.-]+:\s+(?P<value>\S.*)$")

_MENDS = {
    "too_big": "1つのファイルに1つの手続だけを書いてください。",
    "too_deep": "入れ子を浅くして書き直してください。",
    "alias": "「&」「*」「<<」を使わずに、同じ内容をそのまま書いてください。",
    "duplicate_key": "どちらか1つを消すか、別の名前にしてください。",
    "tag": "「!」で始まる指定を消してください。",
    "not_a_mapping": "ファイルの先頭に「language: 1」と書き、項目を「名前: 値」で並べてください。",
    "key_not_text": "「:」の左には、項目の名前だけを書いてください。",
}


def explain(text: str, error: NotReadable, file: str) -> Finding:
    """The one finding for a source that the reader refused."""
    if error.code == "syntax":
        line, code, message, mend = _syntax(text, error.line)
    else:
        line, code, message = error.line, error.code, error.message
        mend = _MENDS.get(error.code, "YAMLの書き方を直してください。")
    return Finding(line, "", code, message, mend, file=file)


def _syntax(text: str, line: int) -> tuple[int, str, str, str]:
    lines = text.splitlines() or [""]
    return _letters(lines) or _open_ends(lines, line) or _line(lines, min(line, len(lines)))


def _letters(lines: list[str]) -> tuple[int, str, str, str] | None:
    """Characters that YAML does not take, wherever the reader stumbled over them."""
    for number, content in enumerate(lines, 1):
        indent = content[: len(content) - len(content.lstrip(" \t　"))]
        if "\t" in indent:
            return (
                number,
                "tab",
                "字下げにタブが使われています。",
                "タブを半角の空白2つに置きかえてください。",
            )
        if "　" in indent and content.strip():
            return (
                number,
                "wide_space",
                "字下げに全角の空白が使われています。",
                "半角の空白に置きかえてください。",
            )
        if _CONTROL.search(content):
            return number, "control", "目に見えない制御文字が入っています。", "この行を打ち直してください。"
    return None


def _open_ends(lines: list[str], stop: int) -> tuple[int, str, str, str] | None:
    """A quotation mark or a bracket that is opened and not closed on its line, before the reader stopped."""
    for number, content in enumerate(lines[:stop], 1):
        rest = _QUOTED.sub("", content.split(" #")[0])
        opened = re.search(r"(?:^|[:\[{,-])\s*([\"'])", rest)
        if opened:
            return (
                number,
                "quote",
                f"引用符「{opened[1]}」が閉じられていません。",
                "行の終わりを引用符で閉じてください。",
            )
    depth, first = 0, 0
    for number, content in enumerate(lines[:stop], 1):
        value = _VALUE.search(content)
        rest = _QUOTED.sub("", content.split(" #")[0])
        starts = bool(re.match(r"\s*(?:- )*[\[{]", rest)) or bool(value and value["value"][0] in "[{")
        if depth == 0 and starts:
            first = number
        if depth or starts:
            depth += sum(rest.count(mark) for mark in "[{") - sum(rest.count(mark) for mark in "]}")
            depth = max(depth, 0)
    if depth and first:
        return (
            first,
            "bracket",
            "かっこ「[」または「{」が閉じられていません。",
            "「]」または「}」で閉じてください。",
        )
    return None


def _line(lines: list[str], number: int) -> tuple[int, str, str, str]:
    """What is wrong on the line on which the reader stopped, or on the one before it."""
    for candidate in (number, number - 1):
        if candidate < 1:
            continue
        content = lines[candidate - 1]
        value = _VALUE.search(content)
        start = value["value"][0] if value else ""
        if content.startswith("---"):
            return candidate, "two_documents", "「---」の後に、別の定義が始まっています。", _MENDS["too_big"]
        if re.match(r"\s*-[^\s-]", content):
            return (
                candidate,
                "dash",
                "「-」の後ろに空白がありません。",
                "「-」の後ろに半角の空白を1つ入れてください。",
            )
        if start in tuple("@`%"):
            return (
                candidate,
                "start",
                f"値を「{start}」で始めることはできません。",
                '値を引用符「"」で囲んでください。',
            )
        if value and start not in tuple("[{|>") and re.search(r":\s", _QUOTED.sub("", value["value"])):
            return (
                candidate,
                "colon",
                "1行に「: 」が2つあります。",
                '値を引用符「"」で囲むか、行を分けてください。',
            )
        if _has_no_name(content):
            return (
                _outermost(lines, candidate),
                "no_colon",
                "「名前: 値」の形になっていません。",
                "名前の後ろに半角の「:」と空白を入れるか、字下げを前の行にそろえてください。",
            )
    return (
        number,
        "indent",
        "字下げがそろっていません。",
        "同じ並びの行は、字下げの空白の数をそろえてください。",
    )


def _has_no_name(content: str) -> bool:
    stripped = content.strip()
    return bool(stripped) and not re.search(r":(\s|$)", stripped) and not stripped.startswith(("-", "#"))


def _outermost(lines: list[str], number: int) -> int:
    """Of the lines without a name that end here, the one that left the text it belongs to."""
    run = [number]
    while run[-1] > 1 and _has_no_name(lines[run[-1] - 2]):
        run.append(run[-1] - 1)
    return min(run, key=lambda one: (len(lines[one - 1]) - len(lines[one - 1].lstrip()), -one))
