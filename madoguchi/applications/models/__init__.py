"""Filings: drafts of residents, applications (申請・届出) and what the desk did with them."""

from madoguchi.applications.models.course import CaseEvent, Correction, CorrectionItem, InternalNote
from madoguchi.applications.models.deciding import Decision, DocumentCounter, ProducedFile
from madoguchi.applications.models.disasters import Disaster, DisasterFiling, SecondLookRequest
from madoguchi.applications.models.due import DueWarning, Duration, Extension
from madoguchi.applications.models.external import (
    AgendaItem,
    BoardMeeting,
    StepBatch,
    StepBatchItem,
    StepRequest,
    StepResult,
)
from madoguchi.applications.models.filing import LONGEST_KEY, Application, Attachment, Draft
from madoguchi.applications.models.lists import SavedFilter
from madoguchi.applications.rules import Channel, Status

__all__ = [
    "LONGEST_KEY",
    "AgendaItem",
    "Application",
    "Attachment",
    "BoardMeeting",
    "CaseEvent",
    "Channel",
    "Correction",
    "CorrectionItem",
    "Decision",
    "Disaster",
    "DisasterFiling",
    "DocumentCounter",
    "Draft",
    "DueWarning",
    "Duration",
    "Extension",
    "InternalNote",
    "ProducedFile",
    "SavedFilter",
    "SecondLookRequest",
    "Status",
    "StepBatch",
    "StepBatchItem",
    "StepRequest",
    "StepResult",
]
