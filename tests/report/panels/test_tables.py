"""The parts that are tables and facts: data, features, settings, worst examples, and how to repeat the run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from piste.core.panels import Chart, Facts, Grid, Pictures
from piste.core.records import Distribution, RunRecord
from piste.core.runs import RunFolder
from piste.report.panels.baselines import baselines
from piste.report.panels.calibration import calibration
from piste.report.panels.features import features
from piste.report.panels.repeat import repeat
from piste.report.panels.settings import settings, shown
from piste.report.panels.status import status
from piste.report.panels.target import bin_table, target
from piste.report.panels.training import training
from piste.report.panels.wrong import wrong

RunOf = Callable[[str], RunFolder]


def values(block: object) -> dict[str, str]:
    assert isinstance(block, Facts)
    return {fact.label: fact.value for fact in block.facts}


def test_everything_to_repeat_the_run_is_there(run_of: RunOf) -> None:
    folder = run_of("two_class")
    found = values(repeat(folder.record, folder.data)[0])
    assert found["command"] == "piste train census.csv --target income --seed 0"
    assert found["seed"] == "0"
    assert found["data fingerprint"] == folder.data.fingerprint
    assert "jax 0.9.2" in found["versions"]
    assert "data fingerprint" not in values(repeat(folder.record)[0])


def test_settings_say_where_they_came_from_and_why(run_of: RunOf) -> None:
    record = run_of("two_class").record
    (grid,) = settings(record)
    assert isinstance(grid, Grid)
    assert grid.rows[1] == ("hidden", "128, 64", "command", "given as --hidden")
    (bare,) = settings(replace(record, choices=()))
    assert isinstance(bare, Grid)
    assert ("dropout", "none") in bare.rows


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "none"), (True, "yes"), (3, "3"), (0.003, "0.003"), ([1, 2.5], "1, 2.5"), ({"a": 1}, '{"a":1}')],
)
def test_values_are_shown_as_a_person_writes_them(value: object, text: str) -> None:
    assert shown(value) == text


def test_splits_and_balance_are_shown(run_of: RunOf) -> None:
    facts, chart = target(run_of("two_class").data)
    assert values(facts)["split"] == "stratified"
    assert isinstance(chart, Chart)
    assert chart.numbers is not None
    assert chart.numbers.rows == (("<=50K", "677", "145", "145", "60 %"), (">50K", "451", "97", "97", "40 %"))


def test_a_distribution_is_a_table_with_what_is_too_rare_to_list() -> None:
    assert bin_table(Distribution((3, 1), labels=("a", "b"), others=2)).rows == (
        ("a", "3"),
        ("b", "1"),
        ("all others", "2"),
    )
    assert bin_table(Distribution((3, 1), edges=(0.0, 1.0, 2.0))).rows == (("0 to 1", "3"), ("1 to 2", "1"))


def test_every_feature_is_listed_with_its_kind_and_drawn_where_it_can_be(run_of: RunOf) -> None:
    table, *charts = features(run_of("two_class").data)
    assert isinstance(table, Grid)
    assert [row[1] for row in table.rows] == ["number", "category", "flag", "date", "text", "identifier"]
    assert [row[2] for row in table.rows] == ["yes"] * 5 + ["no"]
    assert table.rows[1][3] == "41 (2.1 %)"
    assert [chart.title for chart in charts if isinstance(chart, Chart)] == ["age", "work", "married"]


def test_worst_examples_are_pictures_or_rows(run_of: RunOf) -> None:
    _, pictures = wrong(run_of("pictures").evaluation)
    assert isinstance(pictures, Pictures)
    assert pictures.pictures[0].lines == ("taken for dog (99 % sure)", "truth: cat", "row 0, loss 6.1")
    _, rows = wrong(run_of("two_class").evaluation)
    assert isinstance(rows, Grid)
    assert rows.columns == ("row", "truth", "prediction", "confidence", "loss", "age", "work", "married", "remarks")
    _, numbers = wrong(run_of("regression").evaluation)
    assert isinstance(numbers, Grid)
    assert "confidence" not in numbers.columns


def test_the_baselines_stand_beside_the_network(run_of: RunOf) -> None:
    chart, table, _, skipped = baselines(run_of("two_class").evaluation)
    assert isinstance(chart, Chart)
    assert isinstance(table, Grid)
    assert table.rows[0][0] == "this network"
    assert table.rows[1][3:5] == ("+0.279 (0.260 to 0.298)", "better")
    assert "nearest neighbour" in repr(skipped)


def test_calibration_gives_each_bin_its_interval(run_of: RunOf) -> None:
    text, chart = calibration(run_of("two_class").evaluation)
    assert "3.1 % off" in repr(text)
    assert isinstance(chart, Chart)
    assert all(row["low"] <= row["observed"] <= row["high"] for row in chart.spec["data"]["values"])


def test_the_training_says_why_it_ended_and_how_it_began(run_of: RunOf) -> None:
    (facts,) = training(run_of("two_class").record)
    assert values(facts)["loss before the first step"] == "2.31"
    assert "the validation loss had stopped improving" in repr(facts)
    assert training(run_of("failed").record) == ()


def test_a_best_epoch_at_the_very_end_is_said(run_of: RunOf) -> None:
    record: RunRecord = run_of("two_class").record
    assert record.training is not None
    assert status(record) == ()
    ended = replace(record, training=replace(record.training, stopped="epochs", best_epoch=40))
    assert "may gain from more epochs" in repr(status(ended))
