from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.plan.views import counts, desk_office, desk_typed_values, feed, figure_files, scoreboard

urlpatterns = [
    path("", scoreboard.board, name="board"),
    *list_paths("scoreboard", figure_files.board_file, "board-csv", "board-excel"),
    path("scoreboard.json", figure_files.board_json, name="board-json"),
    path("rule/", scoreboard.rule, name="rule"),
    path("schema/1", scoreboard.schema, name="plan-schema"),
    path("feed.atom", feed.atom, name="feed"),
    path("office/", desk_office.office, name="office"),
    path("typed-values/", desk_typed_values.page, name="typed-values"),
    path("typed-values/<uuid:value_id>/withdraw/", desk_typed_values.withdraw, name="typed-value-withdraw"),
    path("measures/<slug:measure_id>/", scoreboard.measure, name="measure"),
    path("indicators/<slug:indicator_id>/", scoreboard.indicator, name="indicator"),
    path("indicators/<slug:indicator_id>/counts/", counts.page, name="indicator-counts"),
    path("indicators/<slug:indicator_id>/counts.csv", counts.page_csv, name="indicator-counts-csv"),
    path("indicators/<slug:indicator_id>/counts.json", counts.page_json, name="indicator-counts-json"),
    path("indicators/<slug:indicator_id>/definitions/", counts.definitions, name="indicator-definitions"),
    path("indicators/<slug:indicator_id>/rows/", desk_office.rows, name="indicator-rows"),
    *list_paths(
        "indicators/<slug:indicator_id>/rows",
        desk_office.rows_file,
        "indicator-rows-csv",
        "indicator-rows-excel",
    ),
    path("indicators/<slug:indicator_id>.csv", figure_files.indicator_csv, name="indicator-csv"),
    path("indicators/<slug:indicator_id>.json", figure_files.indicator_json, name="indicator-json"),
]
