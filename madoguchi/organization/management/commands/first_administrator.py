"""`madoguchi manage first_administrator LOGIN NAME`: the account with which a new installation begins."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.common import clock
from madoguchi.identity.actions.guarding import normal_login
from madoguchi.identity.rules import is_login
from madoguchi.organization import queries
from madoguchi.organization.actions import staff
from madoguchi.organization.rules import is_department_code


class Command(BaseCommand):
    help = "Open the first administrator's account and print its initial password, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login")
        parser.add_argument("name")
        parser.add_argument(
            "--department", default="digital", help="code of the department (made if missing)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        login, code = normal_login(options["login"]), options["department"]
        if not is_login(login) or not is_department_code(code):
            raise CommandError("LOGIN and --department take small letters, digits and hyphens.")
        try:
            opened, password = staff.open_first_administrator(
                login=login,
                display_name=options["name"],
                department=queries.department(code),
                now=clock.now(),
            )
        except staff.NoAdministratorNeeded:
            raise CommandError("There is an administrator already: sign in at /desk/staff/.") from None
        except staff.LoginTaken:
            raise CommandError(f"The log-in {login} is taken.") from None
        self.stdout.write(f"Sign in at /desk/ as {opened.login} with the password {password}")
