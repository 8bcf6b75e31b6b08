"""What personal data this room keeps, for the register of the city."""

from madoguchi.common.registers import PersonalData, personal_data
from madoguchi.notices.rules import KEEP_TEXT

personal_data.add(
    "notices.Message",
    PersonalData(
        fields=("to_address", "subject", "body"),
        purpose="Telling the person by mail, sending again, and answering what was said",
        retention_days=KEEP_TEXT.days,
    ),
)
