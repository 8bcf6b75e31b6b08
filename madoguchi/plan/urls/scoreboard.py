from django.urls import path

from madoguchi.plan.views import desk_office, desk_typed_values, feed, scoreboard

urlpatterns = [
    path("", scoreboard.board, name="board"),
    path("scoreboard.csv", scoreboard.board_csv, name="board-csv"),
    path("scoreboard.json", scoreboard.board_json, name="board-json"),
    path("rule/", scoreboard.rule, name="rule"),
    path("schema/1", scoreboard.schema, name="plan-schema"),
    path("feed.atom", feed.atom, name="feed"),
    path("office/", desk_office.office, name="office"),
    path("typed-values/", desk_typed_values.page, name="typed-values"),
    path("typed-values/<uuid:value_id>/withdraw/", desk_typed_values.withdraw, name="typed-value-withdraw"),
    path("measures/<slug:measure_id>/", scoreboard.measure, name="measure"),
    path("indicators/<slug:indicator_id>/", scoreboard.indicator, name="indicator"),
    path("indicators/<slug:indicator_id>/rows/", desk_office.rows, name="indicator-rows"),
    path("indicators/<slug:indicator_id>/rows.csv", desk_office.rows_csv, name="indicator-rows-csv"),
    path("indicators/<slug:indicator_id>.csv", scoreboard.indicator_csv, name="indicator-csv"),
    path("indicators/<slug:indicator_id>.json", scoreboard.indicator_json, name="indicator-json"),
]
