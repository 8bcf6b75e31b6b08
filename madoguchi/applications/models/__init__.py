"""Filings: drafts of residents, applications (申請・届出) and what the desk did with them."""

from madoguchi.applications.models.bulk import BulkItem, BulkRun
from madoguchi.applications.models.consulting import Consultation
from madoguchi.applications.models.contacts import CaseLook, Contact, Message
from madoguchi.applications.models.course import CaseEvent, Correction, CorrectionItem, InternalNote
from madoguchi.applications.models.deciding import Decision, DocumentCounter, ProducedFile
from madoguchi.applications.models.disasters import Disaster, DisasterFiling, SecondLookRequest
from madoguchi.applications.models.distribution import Absence, HandOverOrder, MovedCase, RoutingRule
from madoguchi.applications.models.due import DueWarning, Duration, Extension
from madoguchi.applications.models.edits import AnswerEdit, EditedAnswer
from madoguchi.applications.models.external import (
    AgendaItem,
    BoardMeeting,
    StepBatch,
    StepBatchItem,
    StepRequest,
    StepResult,
)
from madoguchi.applications.models.fees import CaseFee, FeeRecord
from madoguchi.applications.models.filing import LONGEST_KEY, Application, Attachment, Draft
from madoguchi.applications.models.handover import (
    Handover,
    HandoverAnswer,
    HandoverBatch,
    HandoverFile,
    HandoverReplacement,
)
from madoguchi.applications.models.lists import SavedFilter
from madoguchi.applications.models.opinions import OpinionRequest
from madoguchi.applications.models.retention import (
    Disposal,
    DisposalItem,
    ErasureRecord,
    LegalHold,
    RetentionAssignment,
    RetentionClass,
)
from madoguchi.applications.models.slots import Slot, SlotBooking, SlotPlace
from madoguchi.applications.rules import Channel, Status

__all__ = [
    "LONGEST_KEY",
    "Absence",
    "AgendaItem",
    "AnswerEdit",
    "Application",
    "Attachment",
    "BoardMeeting",
    "BulkItem",
    "BulkRun",
    "CaseEvent",
    "CaseFee",
    "CaseLook",
    "Channel",
    "Consultation",
    "Contact",
    "Correction",
    "CorrectionItem",
    "Decision",
    "Disaster",
    "DisasterFiling",
    "Disposal",
    "DisposalItem",
    "DocumentCounter",
    "Draft",
    "DueWarning",
    "Duration",
    "EditedAnswer",
    "ErasureRecord",
    "Extension",
    "FeeRecord",
    "HandOverOrder",
    "Handover",
    "HandoverAnswer",
    "HandoverBatch",
    "HandoverFile",
    "HandoverReplacement",
    "InternalNote",
    "LegalHold",
    "Message",
    "MovedCase",
    "OpinionRequest",
    "ProducedFile",
    "RetentionAssignment",
    "RetentionClass",
    "RoutingRule",
    "SavedFilter",
    "SecondLookRequest",
    "Slot",
    "SlotBooking",
    "SlotPlace",
    "Status",
    "StepBatch",
    "StepBatchItem",
    "StepRequest",
    "StepResult",
]
