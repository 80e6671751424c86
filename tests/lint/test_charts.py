"""The charts that show findings: their data are those that were given."""

import json

import numpy as np
import pytest

from piste.lint.charts import bars, densities, line, tiles


def test_a_line_has_its_points_and_scales() -> None:
    chart = line("Score", "It rises.", {"examples": [10, 100], "accuracy": [0.5, 0.75]}, log="x", share=True)
    assert chart.spec["data"]["values"] == [{"examples": 10, "accuracy": 0.5}, {"examples": 100, "accuracy": 0.75}]
    encoding = chart.spec["encoding"]
    assert (encoding["x"]["scale"], encoding["y"]["axis"]) == ({"type": "log"}, {"format": "%"})


def test_bars_keep_their_order() -> None:
    chart = bars("Losses", "Three.", {"b": 2.0, "a": 1.0}, axis="loss")
    assert [row["name"] for row in chart.spec["data"]["values"]] == ["b", "a"]


def test_densities_are_shares_of_each_side() -> None:
    generator = np.random.default_rng(0)
    sides = {"train": generator.normal(size=500), "test": np.append(generator.normal(3, 1, 80), np.nan)}
    rows = densities("x", "Two.", sides, axis="x").spec["data"]["values"]
    for name in sides:
        assert sum(row["share"] for row in rows if row["split"] == name) == pytest.approx(1.0, abs=1e-3)
    constant = densities("x", "One value.", {"train": np.ones(5), "test": np.ones(3)}, axis="x")
    assert max(row["share"] for row in constant.spec["data"]["values"]) == 1.0


def test_tiles_have_places_and_every_spec_is_json() -> None:
    chart = tiles("Parts", "Four.", np.array([[0.1, 0.2], [0.3, 0.4]]), what="accuracy")
    assert chart.spec["data"]["values"][2] == {"row": 1, "column": 0, "accuracy": 0.3}
    assert json.loads(json.dumps(chart.spec)) == chart.spec
