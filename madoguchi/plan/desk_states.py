"""States of what the office and the departments keep, with the words staff read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AchievementState(TextChoices):
    """Only what is counted is a fact."""

    COUNTED = "counted", _("集計対象")
    NO_PROOF = "no_proof", _("証拠待ち")
    DOUBTFUL = "doubtful", _("重複の疑い")
    WITHDRAWN = "withdrawn", _("取消")


class MeetingState(TextChoices):
    """A meeting whose minutes are closed does not change."""

    PLANNED = "planned", _("開催予定")
    HELD = "held", _("開催済み")
    CLOSED = "closed", _("議事録確定")
    CANCELLED = "cancelled", _("中止")


class ResolutionState(TextChoices):
    """An open one is on the agenda of the next meeting."""

    OPEN = "open", _("対応中")
    DONE = "done", _("完了")
    DROPPED = "dropped", _("取りやめ")
