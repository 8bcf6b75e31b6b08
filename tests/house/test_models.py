"""Every table has a factory and a place in the list of personal data, and tells nothing by its name."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from madoguchi.common import registers

MODELS = [model for model in apps.get_models() if model.__module__.startswith("madoguchi.")]
LABELS = [model._meta.label for model in MODELS]


def factory_of(model: type[models.Model]) -> Any:
    """The factory of a model: `<Model>Factory` in the tests of its room."""
    room = model.__module__.split(".")[1]
    return getattr(import_module(f"madoguchi.{room}.tests.factories"), f"{model.__name__}Factory")


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_every_model_has_a_factory_that_stores_a_row(model: type[models.Model]) -> None:
    row = factory_of(model)()

    assert type(row) is model
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_every_model_says_which_personal_data_it_holds(model: type[models.Model]) -> None:
    assert model._meta.label in registers.personal_data


def test_the_list_of_personal_data_names_models_and_fields_that_exist() -> None:
    unknown: list[str] = []
    for entry in registers.personal_data:
        if entry.name not in LABELS:
            unknown.append(entry.name)
            continue
        names = {field.name for field in apps.get_model(entry.name)._meta.get_fields()}
        unknown += [f"{entry.name}.{name}" for name in entry.value.fields if name not in names]

    assert unknown == []


def test_every_holding_of_personal_data_states_its_purpose() -> None:
    silent = [e.name for e in registers.personal_data if e.value.fields and not e.value.purpose.strip()]

    assert silent == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_the_name_of_a_row_holds_no_personal_data(model: type[models.Model]) -> None:
    if model._meta.label not in registers.personal_data:
        pytest.fail("not in the list of personal data")
    fields = registers.personal_data.get(model._meta.label).fields
    row = factory_of(model)()

    values = [str(getattr(row, name)) for name in fields]
    told = [value for value in values if len(value) > 1 and value in str(row)]

    assert told == []
    assert "object (" not in str(row), "the model has no __str__ of its own"


@pytest.mark.slow
@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
