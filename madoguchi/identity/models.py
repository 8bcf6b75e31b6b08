"""Staff and how they sign in, residents, and who is protected."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from madoguchi.common.ids import new_id
from madoguchi.identity.rules import Relation, RestrictionReason, SecondFactor, Sex


class Staff(models.Model):
    """One person who works for the city; which department and role is said by `organization.Posting`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    login = models.CharField(_("ログイン名"), max_length=40)
    display_name = models.CharField(_("氏名"), max_length=60)
    name_kana = models.CharField(_("氏名（カナ）"), max_length=60, default="")
    password = models.CharField(max_length=200)
    must_change_password = models.BooleanField(default=True)
    totp_secret = models.CharField(max_length=300, default="")  # sealed; empty until an app is enrolled
    totp_next_secret = models.CharField(max_length=300, default="")  # sealed; the app that is being enrolled
    totp_confirmed_at = models.DateTimeField(null=True)
    totp_last_step = models.BigIntegerField(default=0)
    active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)  # has a known password: never let in outside the demo
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("login"), name="staff_login_once_whatever_the_case")]
        indexes = [models.Index(fields=["name_kana", "login"], name="staff_by_name")]

    def __str__(self) -> str:
        return f"staff {self.id}"

    @property
    def actor(self) -> str:
        """Who acted, as the audit record writes it."""
        return f"staff:{self.id}"


class StaffSession(models.Model):
    """One sign-in on one device. The cookie holds a token, this row its digest; ending the row ends the session."""

    id = models.UUIDField(primary_key=True, default=new_id)
    token_digest = models.CharField(max_length=64, unique=True)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="sessions")
    second_factor = models.CharField(
        max_length=20, choices=SecondFactor.choices, default=SecondFactor.NONE, blank=True
    )
    address_digest = models.CharField(max_length=64)
    device = models.CharField(max_length=60, default="")
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"session {self.id}"


class RecoveryCode(models.Model):
    """A code that stands in once for the one-time code; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code {self.id}"


class SignInGuard(models.Model):
    """Attempts to sign in under one typed log-in, known or not, so that waiting tells nobody which ones exist."""

    login_digest = models.CharField(max_length=64, primary_key=True)
    attempts = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"sign-in guard {self.login_digest[:8]}"


class Resident(models.Model):
    """A person who lives in the city, as the resident register would tell us; synthetic in the demo."""

    id = models.UUIDField(primary_key=True, default=new_id)
    public_id = models.CharField(max_length=16, unique=True)
    family_name = models.CharField(max_length=100)
    given_name = models.CharField(max_length=100)
    family_kana = models.CharField(max_length=100, default="")
    given_kana = models.CharField(max_length=100, default="")
    birth_on = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex.choices, default="", blank=True)
    household_id = models.UUIDField(db_index=True)
    relation = models.CharField(max_length=6, choices=Relation.choices, default=Relation.HEAD)
    postal_code = models.CharField(max_length=7, default="")
    prefecture = models.CharField(max_length=10)
    city = models.CharField(max_length=40)
    city_code = models.CharField(max_length=6, default="")
    town = models.CharField(max_length=100, default="")
    rest = models.CharField(max_length=100, default="")
    building = models.CharField(max_length=100, default="")

    class Meta:
        indexes = [
            models.Index(fields=["birth_on", "family_kana"], name="resident_by_birth"),
            models.Index(fields=["family_kana", "given_kana"], name="resident_by_kana"),
        ]

    def __str__(self) -> str:
        return f"resident {self.public_id}"

    @property
    def subject(self) -> str:
        """This resident, as restrictions and the audit record write it."""
        return f"resident:{self.id}"


class Restriction(models.Model):
    """A protected subject (支援措置): `application:<uuid>` or `resident:<uuid>`, for a year at a time."""

    id = models.UUIDField(primary_key=True, default=new_id)
    subject = models.CharField(max_length=60, db_index=True)
    reason = models.CharField(max_length=20, choices=RestrictionReason.choices)
    responsible_department = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField()
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="restriction_has_a_span", condition=models.Q(valid_until__gte=models.F("valid_from"))
            )
        ]

    def __str__(self) -> str:
        return f"restriction {self.id}"
