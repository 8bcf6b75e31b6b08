"""An officer hands decided cases over, reads the answer of the core system, and keeps a case from being erased."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look, press

pytestmark = pytest.mark.browser


def test_a_file_goes_out_its_answer_comes_back_and_an_error_is_sent_again(
    staff_page: Callable[[str], Page], look: Look, tmp_path: Path
) -> None:
    page = staff_page("officer")
    form = Form(page)
    page.goto("/desk/handover/")
    allowance = page.get_by_role("region", name="児童手当の認定請求")  # one of three that officers handle
    make = allowance.get_by_role("button", name="件のファイルを作る")
    while not make.count():  # the worker lines the demo's decided cases up in its first minute
        page.wait_for_timeout(1000)
        page.reload()
    look(page, "overview")
    press(make)
    number = page.get_by_role("rowheader").first.get_by_role("link")
    press(number)
    while "作成済み" not in form.main.inner_text():
        page.wait_for_timeout(500)
        page.reload()
    look(page, "batch")
    with page.expect_download() as download:
        page.get_by_role("link", name=".csv").first.click()
    lines = download.value.path().read_bytes().decode("cp932").splitlines()
    assert lines[0].startswith("受付番号,")
    first = lines[1].split(",")[0]

    answer = tmp_path / "answer.csv"
    answer.write_text(
        f"受付番号,結果,理由\n{first},エラー,宛名番号がありません\nAAAA,受理\n", encoding="utf-8"
    )
    page.goto("/desk/handover/answers/")
    form.press("読み込む")
    look(page, "no-file")
    form.main.get_by_label("手続（渡した先）").select_option("child-welfare/child-allowance-claim")
    page.locator("input[type=file]").set_input_files(answer)
    form.press("読み込む")
    look(page, "answer")
    expect(form.main).to_contain_text("この番号の申請を渡していません")
    press(page.get_by_role("link", name="エラーになった申請を見る"))
    look(page, "refused-list")
    press(page.get_by_role("rowheader").first.get_by_role("link"))
    look(page, "refused")
    expect(form.main).to_contain_text("宛名番号がありません")
    form.press("もう一度、受け渡し待ちにする")
    expect(form.main).to_contain_text("受け渡し待ち")


def test_a_case_is_held_and_the_pages_of_keeping_are_clean(
    staff_page: Callable[[str], Page], look: Look, fits: Callable[[Page], None]
) -> None:
    page = staff_page("officer")
    form = Form(page)
    page.goto("/desk/?tab=done")
    press(page.get_by_role("rowheader").first.get_by_role("link"))
    press(page.get_by_role("link", name="保存期間と保留"))
    form.press("保留する")
    look(page, "hold-nothing-said")
    page.get_by_label("種類").select_option(label="審査請求・訴訟")
    page.get_by_label("理由").fill("審査請求が続いているため")
    page.get_by_label("見直す日").fill("2027-04-01")
    form.press("保留する")
    look(page, "held")
    expect(form.main).to_contain_text("保留中です")
    for number, address in enumerate(
        ("/desk/retention/", "/desk/retention/holds/", "/desk/retention/classes/", "/desk/handover/cases/")
    ):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        look(page, f"keeping-{number}")
        page.set_viewport_size({"width": 320, "height": 800})
        fits(page)
