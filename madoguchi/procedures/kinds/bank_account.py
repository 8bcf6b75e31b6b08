"""A bank account to pay into: a bank of the 全銀 list with its branch, or ゆうちょ by symbol and number."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan import banks, kana
from madoguchi.japan.banks import AccountError
from madoguchi.japan.kana import KanaError
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.bank_search import find_banks, find_branches
from madoguchi.procedures.kinds.base import (
    CleanContext,
    Cleaned,
    Data,
    Fault,
    FieldError,
    Kind,
    PaperBox,
    Raw,
    Value,
    typed,
)

BANK, YUCHO = "bank", "yucho"
OF_BANK = ("bank", "bank_code", "branch", "branch_code", "account_type", "number")
OF_YUCHO = ("symbol", "yucho_number")
PARTS = ("kind", *OF_BANK, *OF_YUCHO, "holder_kana")
STORED: dict[str, tuple[str, ...]] = {
    BANK: (
        "kind",
        "bank_code",
        "bank_name",
        "branch_code",
        "branch_name",
        "account_type",
        "number",
        "holder_kana",
    ),
    YUCHO: ("kind", "symbol", "number", "holder_kana"),
}
TYPES = ("ordinary", "current", "savings")
LONGEST_HOLDER = 48
BANKS, BRANCHES = "#banks", "#branches"  # offered to choose from
_SEVEN = re.compile("[0-9]{7}")


class BankAccount(Kind):
    """bank_account: found by code or name; the list decides, so a misread name cannot be paid to."""

    name: ClassVar[str] = "bank_account"
    composite: ClassVar[bool] = True

    def subfields(self, question: Question) -> tuple[str, ...]:
        """Everything for a bank, everything for ゆうちょ, the holder."""
        return PARTS

    def types(self, question: Question) -> tuple[str, ...]:
        """The kinds of account that may be named."""
        return question.account_types or TYPES[:2]

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """The choice of a kind alone is nothing."""
        return not any(typed(raw, part) for part in PARTS if part not in ("kind", "account_type"))

    def read(self, question: Question, data: Data, prefix: str = "q.") -> Raw:
        """What was typed, with the banks and branches to choose from where a name fits several."""
        raw = super().read(question, data, prefix)
        self._offer(raw)
        return raw

    def _offer(self, raw: Raw) -> None:
        if self._kind(raw) != BANK:
            return
        found = find_banks(typed(raw, "bank"), typed(raw, "bank_code"))
        if len(found) > 1:
            raw[BANKS] = [[bank.code, bank.full_name] for bank in found]
        if len(found) != 1:
            raw["bank_code"] = raw["branch_code"] = ""
            return
        raw |= {"bank": found[0].full_name, "bank_code": found[0].code}
        branches = find_branches(found[0].code, typed(raw, "branch"), typed(raw, "branch_code"))
        if len(branches) > 1:
            raw[BRANCHES] = [[branch.code, branch.name] for branch in branches]
        if len(branches) == 1:
            raw |= {"branch": branches[0].name, "branch_code": branches[0].code}
        else:
            raw["branch_code"] = ""

    def _kind(self, raw: Raw) -> str:
        if typed(raw, "kind") in (BANK, YUCHO):
            return typed(raw, "kind")
        return YUCHO if any(typed(raw, part) for part in OF_YUCHO) and not typed(raw, "bank") else BANK

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Names become codes, digits are put right, the holder is written as banks write it."""
        if self.is_empty(question, raw):
            return Cleaned(None)
        errors: list[FieldError] = []
        fill = self._bank if self._kind(raw) == BANK else self._yucho
        value = fill(question, raw, context, errors)
        value["holder_kana"] = self._holder(question, raw, context, errors)
        if errors:
            return Cleaned(None, tuple(errors))
        found = self.check(question, value, context)
        return Cleaned(None if found else value, found, () if found else self.notes(question, value, context))

    def _what(self, question: Question, part: str, context: CleanContext) -> str:
        return sentences.part(question, context, _label(part))

    def _bank(
        self, question: Question, raw: Raw, context: CleanContext, errors: list[FieldError]
    ) -> dict[str, str]:
        value = {"kind": BANK}
        found = find_banks(typed(raw, "bank"), typed(raw, "bank_code"))
        if len(found) == 1:
            value |= {"bank_code": found[0].code, "bank_name": found[0].full_name}
            branches = find_branches(found[0].code, typed(raw, "branch"), typed(raw, "branch_code"))
            if len(branches) == 1:
                value |= {"branch_code": branches[0].code, "branch_name": branches[0].name}
            else:
                errors.append(self._not_found(question, "branch", raw, len(branches), context))
        else:
            errors.append(self._not_found(question, "bank", raw, len(found), context))
            if not typed(raw, "branch"):
                errors.append(sentences.enter(self._what(question, "branch", context), "branch"))
        types = self.types(question)
        value["account_type"] = typed(raw, "account_type") or (types[0] if len(types) == 1 else "")
        if not value["account_type"]:
            errors.append(sentences.choose(self._what(question, "account_type", context), "account_type"))
        value["number"] = self._number(question, raw, context, errors)
        return value

    def _not_found(
        self, question: Question, part: str, raw: Raw, hits: int, context: CleanContext
    ) -> FieldError:
        what = self._what(question, part, context)
        if not typed(raw, part):
            return sentences.enter(what, part)
        if hits:
            message = _("%(what)sを、下の候補から選んでください。") % {"what": what}
            return FieldError(f"{part}_code", message, "ambiguous")
        if part == "bank":
            message = _(
                "%(what)sが一覧に見つかりません。正式な名前か、4桁の金融機関コードを入力してください。例：岩手銀行"
            )
        else:
            message = _(
                "%(what)sが一覧に見つかりません。通帳の支店名か、3桁の支店コードを入力してください。例：本店"
            )
        return FieldError(part, message % {"what": what}, "not_found")

    def _number(self, question: Question, raw: Raw, context: CleanContext, errors: list[FieldError]) -> str:
        what = self._what(question, "number", context)
        try:
            return banks.normalise_account_number(typed(raw, "number"))
        except AccountError as error:
            if error.code == "missing":
                errors.append(sentences.enter(what, "number"))
            else:
                message = _("%(what)sを7桁までの数字で入力してください。") % {"what": what}
                errors.append(FieldError("number", message, error.code))
            return ""

    def _yucho(
        self, question: Question, raw: Raw, context: CleanContext, errors: list[FieldError]
    ) -> dict[str, str]:
        value = {
            "kind": YUCHO,
            "symbol": _digits(typed(raw, "symbol")),
            "number": _digits(typed(raw, "yucho_number")),
        }
        for part, text in (("symbol", value["symbol"]), ("yucho_number", value["number"])):
            if not text:
                errors.append(sentences.enter(self._what(question, part, context), part))
        if not errors and (error := self._yucho_error(question, value, context)):
            errors.append(error)
        return value

    def _yucho_error(
        self, question: Question, value: dict[str, str], context: CleanContext
    ) -> FieldError | None:
        try:
            banks.yucho_account(value["symbol"], value["number"])
        except AccountError as error:
            part = "symbol" if error.code.startswith("symbol") else "yucho_number"
            messages = {
                "symbol_length": _("%(what)sを5桁の数字で入力してください。例：18310"),
                "symbol_shape": _("%(what)sは、1か0で始まり0で終わる5桁の数字です。通帳を確かめてください。"),
                "number_length": _("%(what)sを8桁までの数字で入力してください。"),
                "number_ending": _("%(what)sは、最後が1の数字です。通帳を確かめてください。"),
            }
            message = messages.get(error.code, _("%(what)sを数字だけで入力してください。"))
            return FieldError(part, message % {"what": self._what(question, part, context)}, error.code)
        return None

    def _holder(self, question: Question, raw: Raw, context: CleanContext, errors: list[FieldError]) -> str:
        what = self._what(question, "holder_kana", context)
        if not typed(raw, "holder_kana"):
            errors.append(sentences.enter(what, "holder_kana"))
            return ""
        length = raw.get("holder_kana#length") or 0
        if not length:
            try:
                holder = kana.to_bank_kana(typed(raw, "holder_kana"))
            except KanaError:
                message = _(
                    "%(what)sを、通帳のとおりカタカナで入力してください。漢字や記号は使えません。"
                ) % {"what": what}
                errors.append(FieldError("holder_kana", message, "not_bank_kana"))
                return ""
            if len(holder) <= LONGEST_HOLDER:
                return holder
            length = len(holder)
        errors.append(sentences.too_long(what, LONGEST_HOLDER, length, "holder_kana"))
        return ""

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A bank and branch of the list with seven digits, or a possible ゆうちょ account; a holder in bank kana."""
        parts = STORED.get(str(value.get("kind")), ()) if isinstance(value, dict) else ()
        if (
            not parts
            or value.keys() != set(parts)
            or not all(isinstance(text, str) for text in value.values())
        ):
            return (sentences.wrong_shape(sentences.whole(question, context), "kind"),)
        errors = self._bank_errors(question, value, context) if value["kind"] == BANK else []
        if value["kind"] == YUCHO and (error := self._yucho_error(question, value, context)):
            errors.append(error)
        holder = value["holder_kana"]
        if not holder.strip() or len(holder) > LONGEST_HOLDER or not kana.is_bank_kana(holder):
            message = _("%(what)sを、通帳のとおりカタカナで入力してください。漢字や記号は使えません。")
            what = self._what(question, "holder_kana", context)
            errors.append(FieldError("holder_kana", message % {"what": what}, "not_bank_kana"))
        return tuple(errors)

    def _bank_errors(
        self, question: Question, value: dict[str, str], context: CleanContext
    ) -> list[FieldError]:
        errors = []
        bank = banks.bank(value["bank_code"])
        branch = banks.branch(value["bank_code"], value["branch_code"])
        if bank is None or value["bank_name"] != bank.full_name:
            errors.append(sentences.not_an_option(self._what(question, "bank", context), "bank"))
        elif branch is None or value["branch_name"] != branch.name:
            errors.append(sentences.not_an_option(self._what(question, "branch", context), "branch"))
        if value["account_type"] not in self.types(question):
            errors.append(
                sentences.not_an_option(self._what(question, "account_type", context), "account_type")
            )
        if not _SEVEN.fullmatch(value["number"]):
            message = _("%(what)sを7桁までの数字で入力してください。")
            errors.append(
                FieldError(
                    "number", message % {"what": self._what(question, "number", context)}, "wrong_length"
                )
            )
        return errors

    def notes(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Where the account must be the applicant's own: a holder that reads otherwise."""
        if not question.owner_must_be_applicant or not context.applicant_kana or not isinstance(value, dict):
            return ()
        try:
            applicant = kana.to_bank_kana(context.applicant_kana)
        except KanaError:
            return ()
        if _bare(str(value.get("holder_kana", ""))) == _bare(applicant):
            return ()
        message = _(
            "口座の名義が、申請する方のお名前と違うようです。申請する方ご本人の口座か、もう一度確かめてください。"
        )
        return (FieldError("holder_kana", message, "other_holder"),)

    def raw_of(self, question: Question, value: Value) -> Raw:
        """What would be typed; bank and branch by name with their codes."""
        known = value if isinstance(value, dict) else {}
        raw: Raw = dict.fromkeys(PARTS, "")
        raw["kind"] = str(known.get("kind") or BANK)
        raw["holder_kana"] = kana.from_bank_kana(str(known.get("holder_kana") or ""))
        if raw["kind"] == YUCHO:
            return raw | {
                "symbol": str(known.get("symbol") or ""),
                "yucho_number": str(known.get("number") or ""),
            }
        own = {"bank": "bank_name", "branch": "branch_name"}
        return raw | {part: str(known.get(own.get(part, part)) or "") for part in OF_BANK}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """岩手銀行 本店 普通 0123456 モリオカ タロウ."""
        if not isinstance(value, dict):
            return ""
        known = {key: str(text) for key, text in value.items()}
        holder = kana.from_bank_kana(known.get("holder_kana", ""))
        with sentences.speaking(lang):
            if known.get("kind") == YUCHO:
                parts = [
                    _("ゆうちょ銀行"),
                    _("記号 %(symbol)s") % {"symbol": known.get("symbol", "")},
                    _("番号 %(number)s") % {"number": known.get("number", "")},
                ]
            else:
                kind = known.get("account_type", "")
                parts = [known.get("bank_name", ""), known.get("branch_name", "")]
                parts += [type_label(kind) if kind in TYPES else kind, known.get("number", "")]
        return " ".join(filter(None, (*parts, holder)))

    def json_schema(self, question: Question) -> dict[str, Any]:
        """One of two shapes."""
        patterns = {
            "bank_code": "^[0-9]{4}$",
            "branch_code": "^[0-9]{3}$",
            "symbol": "^[01][0-9]{3}0$",
            "holder_kana": "^[ｱ-ﾝｦﾞﾟA-Z0-9().\\-/ ]+$",
        }

        def shape(kind: str) -> dict[str, Any]:
            properties: dict[str, Any] = {part: {"type": "string", "minLength": 1} for part in STORED[kind]}
            for part in properties.keys() & patterns.keys():
                properties[part] = {"type": "string", "pattern": patterns[part]}
            properties["kind"] = {"const": kind}
            properties["number"] = {
                "type": "string",
                "pattern": "^[0-9]{7}$" if kind == BANK else "^[0-9]{1,8}$",
            }
            if kind == BANK:
                properties["account_type"] = {"enum": list(self.types(question))}
            required = list(STORED[kind])
            return {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            }

        return {"oneOf": [shape(BANK), shape(YUCHO)]}

    def sample(self, question: Question, number: int = 0) -> Value:
        """An account at a bank of Iwate."""
        branch = banks.branches("0123")[0]
        bank = banks.bank("0123")
        return {
            "kind": BANK,
            "bank_code": "0123",
            "bank_name": bank.full_name if bank else "",
            "branch_code": branch.code,
            "branch_name": branch.name,
            "account_type": self.types(question)[0],
            "number": f"{1234567 + number % 1000:07d}",
            "holder_kana": "ﾓﾘｵｶ ﾀﾛｳ",
        }

    def missing_sentence(self, label: str) -> str:
        """Several things are to be filled in."""
        return _("「%(label)s」の口座を入力してください。") % {"label": label}

    def control(self, question: Question) -> dict[str, Any]:
        """The kinds of account to choose from."""
        return {"types": self.types(question)}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """As on a transfer form."""
        types = tuple((kind, type_label(kind)) for kind in self.types(question))
        return (
            PaperBox("bank", "金融機関名", "line"),
            PaperBox("branch", "支店名", "line"),
            PaperBox("account_type", "種別", "ticks", 1, choices=types),
            PaperBox("number", "口座番号", "boxes", 7, "digits"),
            PaperBox("symbol", "ゆうちょ 記号", "boxes", 5, "digits"),
            PaperBox("yucho_number", "ゆうちょ 番号", "boxes", 8, "digits"),
            PaperBox("holder_kana", "口座名義（カナ）", "boxes", 24, "katakana"),
        )

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """Only known kinds of account."""
        return tuple(
            Fault(
                "account_types",
                "unknown_value",
                f"「{kind}」は知られていません。",
                f"{'、'.join(TYPES)}のどれかです。",
            )
            for kind in question.account_types
            if kind not in TYPES
        )

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """The kinds of account."""
        return (question.kind, *sorted(self.types(question)))


def type_label(kind: str) -> str:
    """普通, 当座, 貯蓄."""
    return {"ordinary": _("普通"), "current": _("当座"), "savings": _("貯蓄")}[kind]


def _label(part: str) -> str:
    return {
        "bank": _("金融機関"),
        "branch": _("支店"),
        "account_type": _("口座の種類"),
        "number": _("口座番号"),
        "symbol": _("記号"),
        "yucho_number": _("番号"),
        "holder_kana": _("口座名義（カナ）"),
    }[part]


def _digits(text: str) -> str:
    return re.sub(r"[\s\-‐‑‒–—―−ー－]", "", unicodedata.normalize("NFKC", text))


def _bare(holder: str) -> str:
    return re.sub(r"[\s\-.]", "", holder)
