import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from madoguchi.identity import passwords
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import TODAY, StaffFactory
from madoguchi.organization import queries
from madoguchi.organization.rules import Role
from madoguchi.organization.tests.factories import DepartmentFactory, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def run(*arguments):
    said = StringIO()
    call_command("first_administrator", *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("exists", [True, False])
def test_a_new_installation_begins_with_one_administrator(settings, exists):
    settings.DEMO = False
    if exists:
        DepartmentFactory(code="digital")

    said = run("ＴＡＲＯ", "盛岡 太郎")

    opened = Staff.objects.get(login="taro")
    password = re.search(r"password (\S+)", said)
    assert password is not None
    assert passwords.is_password(password[1], opened.password)
    assert queries.departments_of(opened, TODAY, (Role.ADMINISTRATOR,)) == {"digital"}
    assert queries.lasting_administrators(TODAY).count() == 1


def test_demo_administrators_do_not_count_in_a_real_city(settings):
    staff_with(Role.ADMINISTRATOR, is_demo=True)
    assert queries.lasting_administrators(TODAY).exists()

    settings.DEMO = False

    assert not queries.lasting_administrators(TODAY).exists()


def test_a_second_one_is_refused():
    staff_with(Role.ADMINISTRATOR)

    with pytest.raises(CommandError, match="already"):
        run("taro", "盛岡 太郎")


@pytest.mark.parametrize("arguments", [("花子", "花子"), ("taro", "太郎", "--department=デジタル")])
def test_what_cannot_be_a_log_in_or_a_code_is_refused(arguments):
    with pytest.raises(CommandError, match="small letters"):
        run(*arguments)


@pytest.mark.slow
def test_a_log_in_that_is_taken_is_refused():
    StaffFactory(login="taro")

    with pytest.raises(CommandError, match="taken"):
        run("taro", "盛岡 太郎")
