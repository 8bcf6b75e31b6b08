"""The components: what a person reads, what a screen reader is told, and that no value becomes markup."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import engines
from django.utils import translation
from jinja2 import UndefinedError

from madoguchi.common import jinja2env

ATTACK = '<img src=x onerror="alert(1)">'


def made(call: str, **values: Any) -> str:
    """The HTML of one expression over the components, with the blanks between tags folded."""
    template = engines["jinja2"].from_string(f'{{% import "common/components.html" as c %}}{call}')
    return re.sub(r"\s+", " ", template.render(values))


@pytest.fixture(autouse=True)
def japanese() -> Any:
    with translation.override("ja"):
        yield


@pytest.mark.parametrize(
    "call",
    [
        "{{ c.button(x, name=x, value=x, hidden=x, attrs={'data-x': x}) }}",
        "{{ c.link_button(x, x) }}",
        "{{ c.text_input('q.a', x, x, hint=x, error=x, prefix=x, suffix=x, attrs={'data-x': x}) }}",
        "{{ c.textarea('q.a', x, x, hint=x, error=x) }}",
        "{{ c.select('q.a', x, [(x, x), {'group': x, 'options': [(x, x)]}], x, hint=x, error=x, blank=x) }}",
        "{{ c.radios('q.a', x, [(x, x, x), {'value': x, 'label': x, 'hint': x}], x, hint=x, error=x) }}",
        "{{ c.checkboxes('q.a', x, [(x, x)], [x], hint=x, error=x) }}",
        "{{ c.checkbox('q.a', x, value=x, hint=x, error=x) }}",
        "{{ c.date_fields('q.a', x, {'era': x, 'year': x, 'month': x, 'day': x}, hint=x, error=x) }}",
        "{{ c.file_input('q.a', x, hint=x, error=x, kinds=x, max_files=3, sent=[{'value': x, 'name': x, 'href': x, 'note': x}]) }}",
        "{{ c.search_box(x, x, value=x, hint=x, hidden=[(x, x)], placeholder=x) }}",
        "{{ c.error_summary([(x, x), ('', x)], x) }}",
        "{{ c.notification_banner(x, x, href=x, link=x) }}{{ c.inset(x) }}{{ c.empty_state(x, x) }}",
        "{{ c.confirm_panel(x, x, x, x) }}{{ c.status_tag(x) }}{{ c.heading(x, caption=x) }}",
        "{{ c.steps([{'title': x, 'text': x, 'state': 'done', 'href': x}], x) }}{{ c.progress(1, 2, x) }}",
        "{{ c.task_list([{'title': x, 'href': x, 'status': x, 'hint': x}], x) }}",
        "{{ c.timeline([{'when': x, 'datetime': x, 'title': x, 'text': x, 'who': x}], x) }}",
        "{{ c.summary_list([{'label': x, 'value': x, 'href': x, 'change': x, 'hidden': x, 'error': x, 'extra': x}, {'label': x, 'value': [x]}]) }}",
        "{{ c.description_list([(x, x), (x, [x]), {'term': x, 'value': x}]) }}",
        "{{ c.table(x, [x, {'label': x, 'sort': x}], [[x, {'text': x, 'href': x, 'note': x}], {'cells': [x, {'text': x, 'tag': 'info'}], 'href': x}]) }}",
        "{{ c.pagination(x, x, x, [{'label': x, 'href': x}]) }}{{ c.tabs([{'label': x, 'href': x, 'count': x}], x) }}",
        "{{ c.filter_chips([{'label': x, 'href': x, 'active': true}], x, x) }}{{ c.breadcrumb([(x, x), (x, none)]) }}",
        "{{ c.cards([{'title': x, 'href': x, 'text': x, 'note': x}], x) }}{{ c.file_list([{'name': x, 'href': x, 'note': x}], x) }}",
        "{{ c.hidden_fields([(x, x)]) }}{{ c.back_link(x, x) }}{{ c.hint_text('a', x) }}{{ c.error_text('a', x) }}",
        "{% call c.details(x) %}{{ x }}{% endcall %}{% call c.fieldset(x, 'a', hint=x, error=x) %}{{ x }}{% endcall %}",
    ],
)
def test_a_value_never_becomes_markup(call: str) -> None:
    html = made(call, x=ATTACK)

    assert "&lt;img src=x" in html
    assert "<img" not in html
    assert 'onerror="' not in html


def test_a_name_that_the_page_does_not_give_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        made("{{ c.button(labell) }}")


def test_a_field_is_tied_to_its_label_hint_error_and_count() -> None:
    html = made(
        "{{ c.text_input('q.name', '氏名', hint='戸籍のとおり', error='入力してください', counter=20) }}"
    )

    assert '<label class="label" for="q-name">' in html
    assert 'aria-describedby="q-name-hint q-name-error q-name-count"' in html
    assert 'aria-invalid="true"' in html
    for part in ("hint", "error", "count"):
        assert f'id="q-name-{part}"' in html


def test_a_field_without_hint_and_error_describes_nothing() -> None:
    html = made("{{ c.text_input('q.name', '氏名') }}")

    assert "aria-describedby" not in html
    assert "aria-invalid" not in html


@pytest.mark.parametrize(
    ("required", "word"), [("true", "必須"), ("false", "任意"), ("none", None)], ids=["yes", "no", "unsaid"]
)
def test_a_label_says_in_words_whether_an_answer_is_needed(required: str, word: str | None) -> None:
    html = made(f"{{{{ c.text_input('q.a', '氏名', required={required}) }}}}")

    assert [mark for mark in ("必須", "任意") if mark in html] == ([word] if word else [])


def test_an_error_can_lead_to_the_first_choice() -> None:
    html = made("{{ c.radios('q.cause', '理由', [('birth', '出生'), ('moving', '転入')], 'moving') }}")

    assert 'id="q-cause" name="q.cause" value="birth">' in html
    assert 'id="q-cause-2" name="q.cause" value="moving" checked>' in html


def test_a_choice_is_found_again_whether_its_value_is_a_number_or_a_text() -> None:
    html = made(
        "{{ c.select('q.n', '人数', [(1, '1人'), (2, '2人')], '2') }}{{ c.checkboxes('b', 'x', [(1, 'a')], ['1']) }}"
    )

    assert '<option value="2" selected>' in html
    assert 'value="1" checked' in html


def test_a_date_shows_what_was_typed_and_marks_only_the_wrong_part() -> None:
    html = made(
        "{{ c.date_fields('q.d', '誕生日', {'era': 'showa', 'year': '六十', 'month': '13'}, error='月が違います', wrong=['month']) }}"
    )

    assert '<option value="showa" selected>' in html
    assert 'value="六十"' in html
    assert html.count('aria-invalid="true"') == 1
    assert re.search(r'id="q-d-month"[^>]* aria-invalid="true" aria-describedby="q-d-error"', html)


def test_a_fieldset_can_take_the_focus_an_error_sends_to_it() -> None:
    assert 'id="q-d" tabindex="-1"' in made("{{ c.date_fields('q.d', '誕生日') }}")


def test_size_and_number_of_files_are_told_before_one_is_chosen() -> None:
    html = made(
        "{{ c.file_input('f', '通帳', max_bytes=10000000, max_files=5, sent=[{'value': 'a', 'name': '1.jpg', 'size': 1234567}]) }}"
    )

    assert "1つ 10 MB まで、5 つまで" in html
    assert 'aria-describedby="f-limits"' in html
    assert 'data-max-files="4"' in html
    assert "1.2 MB" in html


def test_a_full_file_question_takes_no_more_but_can_still_be_reached() -> None:
    html = made("{{ c.file_input('f', '写真', sent=[{'value': 'a', 'name': '1.jpg'}]) }}")

    assert 'type="file"' not in html
    assert 'id="f" tabindex="-1"' in html


def test_buttons_and_links_of_a_list_say_what_they_act_on() -> None:
    sent = made("{{ c.file_input('f', '写真', sent=[{'value': 'a', 'name': '1.jpg'}]) }}")
    summary = made("{{ c.summary_list([{'label': '住所', 'value': '', 'href': '/a'}]) }}")

    assert '削除<span class="visually-hidden">：1.jpg</span>' in sent
    assert (
        '変更 <span class="visually-hidden">：住所</span>' in summary
        or '変更<span class="visually-hidden">：住所</span>' in summary
    )
    assert "未入力" in summary


def test_every_cell_of_a_table_carries_the_name_of_its_column() -> None:
    html = made("{{ c.table('月', ['月', {'label': '件数', 'numeric': true}], [['10月', 12], ['9月', 8]]) }}")

    assert html.count('data-label="月"') == html.count('data-label="件数"') == 2
    assert '<th scope="row" role="rowheader" data-label="月">10月</th>' in html


def test_an_empty_table_says_so_instead_of_showing_headings() -> None:
    html = made("{{ c.table('月', ['月'], [], empty='まだありません') }}")

    assert "まだありません" in html
    assert "<table" not in html


def test_a_form_that_answers_with_a_file_can_be_sent_again() -> None:
    assert "data-once" in made("{% call c.form() %}x{% endcall %}")
    assert "data-once" not in made("{% call c.form(once=false) %}x{% endcall %}")
    assert "data-once" not in made("{% call c.form(method='get') %}x{% endcall %}")


def test_the_textarea_keeps_a_line_break_at_the_beginning() -> None:
    assert "\n\n上" in engines["jinja2"].from_string(
        '{% import "common/components.html" as c %}{{ c.textarea("t", "T", value="\\n上") }}'
    ).render({})


def test_line_breaks_survive_and_markup_does_not() -> None:
    assert jinja2env.nl2br("<b>\r\n2<br>\n3") == "&lt;b&gt;<br>\n2&lt;br&gt;<br>\n3"


def test_line_breaks_are_made_only_once() -> None:
    once = jinja2env.nl2br("1\n2")

    assert jinja2env.nl2br(once) == once


@pytest.mark.parametrize(
    ("language", "wareki", "both", "money", "moment"),
    [
        ("ja", "令和8年11月23日", "2026年11月23日（令和8年）", "12,000円", "11月23日 15時04分"),
        ("ja-easy", "2026年11月23日", "2026年11月23日", "12,000円", "11月23日 15時04分"),
        ("en", "23 November 2026", "23 November 2026", "¥12,000", "23 November, 15:04"),
    ],
)
def test_days_and_money_are_written_as_the_language_writes_them(
    language: str, wareki: str, both: str, money: str, moment: str
) -> None:
    day, at = date(2026, 11, 23), datetime(2026, 11, 23, 6, 4, tzinfo=UTC)

    with translation.override(language):
        assert jinja2env.wareki(day) == wareki
        assert jinja2env.both_eras(day) == both
        assert jinja2env.yen(12000) == money
        assert jinja2env.jst(at) == moment
        assert "2026" in jinja2env.jst(at, year=True)


def test_nothing_is_written_for_a_day_that_is_not_known() -> None:
    assert (jinja2env.wareki(None), jinja2env.both_eras(None), jinja2env.yen(None), jinja2env.jst(None)) == (
        "",
    ) * 4


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 KB"),
        (1, "1 KB"),
        (45_678, "46 KB"),
        (999_499, "999 KB"),
        (999_999, "1 MB"),
        (1_234_567, "1.2 MB"),
        (10_000_000, "10 MB"),
    ],
)
def test_a_file_size_is_told_in_the_unit_people_know(count: int, text: str) -> None:
    assert jinja2env.file_size(count) == text
