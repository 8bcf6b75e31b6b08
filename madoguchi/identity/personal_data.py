"""What personal data this room keeps, for the register of the city."""

from madoguchi.common.registers import PersonalData, personal_data
from madoguchi.identity.rules import FORGET_ATTEMPTS_AFTER, KEEP_SESSIONS

personal_data.add(
    "identity.Staff",
    PersonalData(
        fields=("login", "display_name", "name_kana", "password", "totp_secret", "totp_next_secret"),
        purpose="Signing in, and saying who handled and decided a case",
        retention_days=None,
    ),
)
personal_data.add(
    "identity.StaffSession",
    PersonalData(
        fields=("device", "address_digest", "last_seen_at"),
        purpose="Keeping a sign-in open and letting people see and end their own",
        retention_days=KEEP_SESSIONS.days,
    ),
)
personal_data.add("identity.RecoveryCode", PersonalData(fields=(), purpose="", retention_days=None))
personal_data.add(
    "identity.SignInGuard",
    PersonalData(fields=(), purpose="", retention_days=FORGET_ATTEMPTS_AFTER.days),
)
personal_data.add(
    "identity.Resident",
    PersonalData(
        fields=(
            "family_name",
            "given_name",
            "family_kana",
            "given_kana",
            "birth_on",
            "sex",
            "household_id",
            "relation",
            "postal_code",
            "prefecture",
            "city",
            "city_code",
            "town",
            "rest",
            "building",
        ),
        purpose="Telling who files and who belongs to the household, as the resident register would",
        retention_days=None,
    ),
)
personal_data.add(
    "identity.Restriction",
    PersonalData(
        fields=("subject", "reason", "responsible_department", "valid_from", "valid_until"),
        purpose="Protecting people whose address must not be told (住民基本台帳事務処理要領 第5の10)",
        retention_days=None,
    ),
)
