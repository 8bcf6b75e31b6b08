"""Fees (手数料): what a case costs, and what was recorded of paying it; never a number of a card or an account."""

from django.db import models

from madoguchi.applications.fee_rules import FeeKind, FeeMethod, FeeState, Standing
from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class CaseFee(models.Model):
    """What a case costs by its definition, and the sums of its records; there where it may cost anything at all."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="fee")
    procedure_id = models.CharField(max_length=80)
    filed_at = models.DateTimeField()  # as of the case, so that a list is put in order by one index
    full_yen = models.IntegerField()  # before exemptions
    amount_yen = models.IntegerField()
    paid_yen = models.IntegerField(default=0)  # less what was given back
    waived_yen = models.IntegerField(default=0)
    kept_yen = models.IntegerField(default=0)  # paid too much, and not given back
    is_asked = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=FeeState.choices)

    class Meta:
        indexes = [models.Index(fields=["state", "filed_at", "application"], name="fee_list")]
        constraints = [
            models.CheckConstraint(
                name="fee_sums_are_sound",
                condition=models.Q(
                    amount_yen__gte=0,
                    full_yen__gte=models.F("amount_yen"),
                    waived_yen__gte=0,
                    kept_yen__gte=0,
                    paid_yen__gte=models.F("kept_yen"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"fee of application {self.application_id}"

    @property
    def standing(self) -> Standing:
        """The sums, to be reckoned with."""
        return Standing(self.amount_yen, self.paid_yen, self.waived_yen, self.kept_yen, self.is_asked)


class FeeRecord(models.Model):
    """One thing recorded about a fee: never changed, only undone by a record of its own (取消し)."""

    append_only = True
    erasable = True  # with its case, when that is no longer kept

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="fee_records")
    kind = models.CharField(max_length=10, choices=FeeKind.choices)
    amount_yen = models.IntegerField()
    method = models.CharField(max_length=12, choices=FeeMethod.choices, default="")
    voucher_number = models.CharField(
        max_length=40, default="", db_index=True
    )  # 領収書番号, where there is paper
    reason = models.TextField(default="")
    counted_on = models.DateField(
        db_index=True
    )  # the day whose sums (日計) it belongs to: when money came or went
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.CheckConstraint(name="fee_record_has_an_amount", condition=models.Q(amount_yen__gt=0)),
            models.CheckConstraint(
                name="fee_record_states_reason", condition=models.Q(kind="paid") | ~models.Q(reason="")
            ),
            models.CheckConstraint(
                name="fee_payment_names_method",
                condition=~models.Q(kind__in=["paid", "refunded"]) | ~models.Q(method=""),
            ),
            models.CheckConstraint(
                name="fee_cancellation_names_what",
                condition=models.Q(kind="cancelled", undoes__isnull=False)
                | (~models.Q(kind="cancelled") & models.Q(undoes__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"fee record {self.id}"
