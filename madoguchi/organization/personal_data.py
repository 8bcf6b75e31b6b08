"""What personal data this room keeps, for the register of the city."""

from madoguchi.common.registers import PersonalData, personal_data

personal_data.add("organization.Department", PersonalData(fields=(), purpose="", retention_days=None))
personal_data.add(
    "organization.Posting",
    PersonalData(
        fields=("staff", "valid_from", "valid_until"),
        purpose="Deciding what a member of staff may see and do",
        retention_days=None,
    ),
)
personal_data.add("organization.ClosedDay", PersonalData(fields=(), purpose="", retention_days=None))
personal_data.add("organization.Reorganisation", PersonalData(fields=(), purpose="", retention_days=None))
personal_data.add("organization.Succession", PersonalData(fields=(), purpose="", retention_days=None))
