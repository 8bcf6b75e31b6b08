"""Filings: drafts of residents, applications (申請・届出) and what the desk did with them."""

from madoguchi.applications.models.consulting import Consultation
from madoguchi.applications.models.course import CaseEvent, Correction, CorrectionItem, InternalNote
from madoguchi.applications.models.deciding import Decision, DocumentCounter, ProducedFile
from madoguchi.applications.models.due import DueWarning, Duration, Extension
from madoguchi.applications.models.filing import LONGEST_KEY, Application, Attachment, Draft
from madoguchi.applications.models.lists import SavedFilter
from madoguchi.applications.rules import Channel, Status

__all__ = [
    "LONGEST_KEY",
    "Application",
    "Attachment",
    "CaseEvent",
    "Channel",
    "Consultation",
    "Correction",
    "CorrectionItem",
    "Decision",
    "DocumentCounter",
    "Draft",
    "DueWarning",
    "Duration",
    "Extension",
    "InternalNote",
    "ProducedFile",
    "SavedFilter",
    "Status",
]
