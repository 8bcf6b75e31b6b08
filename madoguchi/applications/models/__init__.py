"""Filings: drafts of residents, applications (申請・届出) and what the desk did with them."""

from madoguchi.applications.models.course import CaseEvent, Correction, CorrectionItem, InternalNote
from madoguchi.applications.models.deciding import Decision, DocumentCounter, ProducedFile
from madoguchi.applications.models.due import DueWarning, Duration, Extension
from madoguchi.applications.models.filing import LONGEST_KEY, Application, Attachment, Draft
from madoguchi.applications.models.handover import (
    Handover,
    HandoverAnswer,
    HandoverBatch,
    HandoverFile,
    HandoverReplacement,
)
from madoguchi.applications.models.lists import SavedFilter
from madoguchi.applications.models.retention import (
    Disposal,
    DisposalItem,
    ErasureRecord,
    LegalHold,
    RetentionAssignment,
    RetentionClass,
)
from madoguchi.applications.rules import Channel, Status

__all__ = [
    "LONGEST_KEY",
    "Application",
    "Attachment",
    "CaseEvent",
    "Channel",
    "Correction",
    "CorrectionItem",
    "Decision",
    "Disposal",
    "DisposalItem",
    "DocumentCounter",
    "Draft",
    "DueWarning",
    "Duration",
    "ErasureRecord",
    "Extension",
    "Handover",
    "HandoverAnswer",
    "HandoverBatch",
    "HandoverFile",
    "HandoverReplacement",
    "InternalNote",
    "LegalHold",
    "ProducedFile",
    "RetentionAssignment",
    "RetentionClass",
    "SavedFilter",
    "Status",
]
