from django.urls import path

from madoguchi.applications.views.desk import (
    alarms,
    case,
    deciding,
    entering,
    extending,
    figures,
    files,
    inbox,
    protecting,
    returning,
    saved,
    steps,
)

app_name = "desk"

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("list.csv", inbox.inbox_csv, name="inbox_csv"),
    path("list.xlsx", inbox.inbox_excel, name="inbox_excel"),
    path("filters/", saved.page, name="saved"),
    path("filters/<uuid:saved_id>/", saved.change, name="saved_change"),
    path("filters/<uuid:saved_id>/delete/", saved.delete, name="saved_delete"),
    path("figures/", figures.page, name="figures"),
    path("figures/<str:name>.csv", figures.table_csv, name="figures_csv"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("new/", entering.entries, name="entries"),
    path("new/<uuid:draft_id>/", entering.entry, name="entry"),
    path("new/<uuid:draft_id>/check/", entering.check, name="entry_check"),
    path("new/<uuid:draft_id>/discard/", entering.discard, name="entry_discard"),
    path("case/<uuid:application_id>/", case.page, name="case"),
    path("case/<uuid:application_id>/take/", case.take, name="case_take"),
    path("case/<uuid:application_id>/hand-over/", case.hand_over, name="case_hand_over"),
    path("case/<uuid:application_id>/note/", case.note, name="case_note"),
    path("case/<uuid:application_id>/return/", returning.ask, name="case_return"),
    path("case/<uuid:application_id>/answer/", returning.answer, name="case_answer"),
    path("case/<uuid:application_id>/withdraw/", returning.withdraw, name="case_withdraw"),
    path("case/<uuid:application_id>/extend/", extending.extend, name="case_extend"),
    path(
        "case/<uuid:application_id>/extension/<uuid:extension_id>/letter.pdf",
        extending.letter,
        name="case_extension_letter",
    ),
    path("case/<uuid:application_id>/ask/<slug:step_id>/", steps.ask, name="case_step_ask"),
    path("case/<uuid:application_id>/ask/<slug:step_id>/sheet.pdf", steps.sheet, name="case_step_sheet"),
    path("case/<uuid:application_id>/step/<uuid:request_id>/", steps.page, name="case_step"),
    path("case/<uuid:application_id>/step/<uuid:request_id>/result/", steps.result, name="case_step_result"),
    path("case/<uuid:application_id>/step/<uuid:request_id>/remind/", steps.remind, name="case_step_remind"),
    path("case/<uuid:application_id>/step/<uuid:request_id>/cancel/", steps.cancel, name="case_step_cancel"),
    path(
        "case/<uuid:application_id>/step/<uuid:request_id>/letter.pdf", steps.letter, name="case_step_letter"
    ),
    path("case/<uuid:application_id>/propose/", deciding.propose, name="case_propose"),
    path("case/<uuid:application_id>/decide/", deciding.decide, name="case_decide"),
    path("case/<uuid:application_id>/letter.pdf", deciding.letter, name="case_letter"),
    path("case/<uuid:application_id>/copy.pdf", case.copy, name="case_copy"),
    path("case/<uuid:application_id>/receipt/", case.receipt, name="case_receipt"),
    path("case/<uuid:application_id>/purpose/", protecting.purpose, name="case_purpose"),
    path("case/<uuid:application_id>/protection/", protecting.protection, name="case_protection"),
    path("case/<uuid:application_id>/file/<uuid:attachment_id>/", files.viewer, name="file"),
    path(
        "case/<uuid:application_id>/file/<uuid:attachment_id>/download/", files.download, name="file_download"
    ),
    path(
        "case/<uuid:application_id>/file/<uuid:attachment_id>/page/<int:number>.png",
        files.page,
        name="file_page",
    ),
]
