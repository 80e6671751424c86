"""Every chart of every kind of run is valid Vega-Lite by the schema that altair carries."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from piste.core.panels import Chart
from piste.core.runs import RunFolder
from piste.report import charts, panels_of


@cache
def schema() -> jsonschema.Draft7Validator:
    text = files("altair").joinpath("vegalite", "v6", "schema", "vega-lite-schema.json").read_text("utf-8")
    return jsonschema.Draft7Validator(json.loads(text))


def errors(spec: dict[str, Any]) -> list[str]:
    return [error.message[:300] for error in schema().iter_errors(spec)]


def test_every_chart_fits_the_schema(folder: RunFolder) -> None:
    for panel in panels_of(folder):
        for block in panel.blocks:
            if isinstance(block, Chart):
                assert errors(block.spec) == [], block.title


def test_every_chart_holds_only_json_values(folder: RunFolder) -> None:
    found = [block for panel in panels_of(folder) for block in panel.blocks if isinstance(block, Chart)]
    for block in found:
        assert json.loads(json.dumps(block.spec, allow_nan=False)) == block.spec


def test_every_field_drawn_is_in_the_data(folder: RunFolder) -> None:
    for panel in panels_of(folder):
        for block in panel.blocks:
            if isinstance(block, Chart):
                for used, values in fields(block.spec, []):
                    assert all(used in row for row in values), (block.title, used)


def fields(spec: Any, values: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Each field that an encoding names, with the rows it is drawn from."""
    if isinstance(spec, list):
        return [pair for one in spec for pair in fields(one, values)]
    if not isinstance(spec, dict):
        return []
    values = spec["data"]["values"] if "data" in spec else values
    own = [(spec["field"], values)] if isinstance(spec.get("field"), str) else []
    return own + [pair for name, one in spec.items() if name != "data" for pair in fields(one, values)]


def test_the_schema_catches_a_wrong_spec() -> None:
    rows = [{"epoch": 1, "value": 0.5, "series": "train", "text": "0.5"}]
    good = charts.curves(rows, "loss", 1)
    assert errors(good) == []
    assert errors({**good, "layer": [{"mark": "scribble"}]})


@pytest.mark.parametrize("best", [1, 20, 40])
def test_the_best_epoch_is_marked_where_it_lies(best: int) -> None:
    rows = [{"epoch": at, "value": 1 / at, "series": "train", "text": ""} for at in range(1, 41)]
    _, rule, label = charts.curves(rows, "loss", best)["layer"]
    assert rule["data"]["values"][0]["epoch"] == label["data"]["values"][0]["epoch"] == best
    assert label["mark"]["align"] == ("right" if best > 20.5 else "left")


def test_a_best_epoch_that_is_not_drawn_is_not_marked() -> None:
    rows = [{"epoch": 3, "value": 1.0, "series": "train", "text": ""}]
    assert len(charts.curves(rows, "loss", 4)["layer"]) == 1
