"""Every question kind, one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds.address import Address
from madoguchi.procedures.kinds.bank_account import BankAccount
from madoguchi.procedures.kinds.base import Kind
from madoguchi.procedures.kinds.choice import Choice, Choices, YesNo
from madoguchi.procedures.kinds.confirming import Declaration, Statement
from madoguchi.procedures.kinds.day import Day
from madoguchi.procedures.kinds.decimal_number import DecimalNumber
from madoguchi.procedures.kinds.email import Email
from madoguchi.procedures.kinds.files import Files, Photo
from madoguchi.procedures.kinds.group import Group
from madoguchi.procedures.kinds.integer import Integer, Yen
from madoguchi.procedures.kinds.map_point import MapPoint
from madoguchi.procedures.kinds.numbers import CorporateNumber, IndividualNumber, InsuredNumber
from madoguchi.procedures.kinds.person_name import PersonName
from madoguchi.procedures.kinds.phone import Phone
from madoguchi.procedures.kinds.slot import Slot
from madoguchi.procedures.kinds.text import LongText, Text
from madoguchi.procedures.kinds.vehicle_number import VehicleNumber

_kinds: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Text(),
        LongText(),
        PersonName(),
        Day(),
        Address(),
        Phone(),
        Email(),
        Integer(),
        DecimalNumber(),
        Yen(),
        Choice(),
        Choices(),
        YesNo(),
        BankAccount(),
        InsuredNumber(),
        IndividualNumber(),
        CorporateNumber(),
        VehicleNumber(),
        Files(),
        Photo(),
        MapPoint(),
        Slot(),
        Declaration(),
        Statement(),
    )
}
_kinds["group"] = Group(_kinds)

KINDS: Mapping[str, Kind] = _kinds


def of(question: Question) -> Kind:
    """The kind of this question; KeyError for a kind that does not exist (no compiled definition has one)."""
    return KINDS[question.kind]


def finished(question: Question) -> Question:
    """The question with what its kind tells the widget."""
    return replace(question, control=MappingProxyType(of(question).control(question)))
