"""Predictions are sorted, filtered and paged, whatever their columns are called."""

from pathlib import Path
from typing import Any

import pytest
from tests.web.samples import MARKUP

from piste.core.errors import RunError
from piste.core.runs import PREDICTIONS, RunFolder
from piste.web.answers import RefusedError
from piste.web.predictions import PAGE, Predictions
from piste.web.records import Reader


def page(root: Path, name: str, **asked: str) -> dict[str, Any]:
    return Predictions(Reader()).page(RunFolder(root / name), asked)


def test_classes_are_paged_in_the_order_of_their_rows(shown: Path) -> None:
    first, third = page(shown, "two_class"), page(shown, "two_class", offset=str(2 * PAGE))
    assert [one["row"] for one in first["rows"]] == list(range(0, 3 * PAGE, 3))
    assert (len(third["rows"]), first["found"], first["total"], first["wrong"]) == (20, 120, 120, 12)
    assert first["levels"] == ["<=50K", ">50K"]
    assert first["rows"][1] == {"row": 3, "truth": ">50K", "prediction": ">50K", "confidence": 0.51, "error": 0.0} | {
        "confidence": pytest.approx(0.51)
    }
    assert len(first["examples"]) == 12


def test_mistakes_and_labels_are_filtered(shown: Path) -> None:
    wrong = page(shown, "two_class", wrong="1")
    assert {one["row"] for one in wrong["rows"]} == set(range(0, 360, 30))
    assert page(shown, "two_class", truth=">50K", prediction=">50K")["found"] == 60
    assert page(shown, "two_class", truth="no such label")["found"] == 0
    assert page(shown, "two_class", find=">50k")["found"] == 72


@pytest.mark.parametrize("down", ["0", "1"])
def test_rows_are_sorted_by_confidence(shown: Path, down: str) -> None:
    found = [one["confidence"] for one in page(shown, "two_class", sort="confidence", down=down)["rows"]]
    assert found == sorted(found, reverse=down == "1")


def test_numbers_have_their_distance_and_labels_their_names(shown: Path) -> None:
    numbers = page(shown, "regression", sort="error", down="1")
    assert numbers["kind"] == "numbers"
    assert numbers["wrong"] is None
    assert numbers["rows"][0] == {"row": 79, "truth": 79.0, "prediction": 158.0, "confidence": None, "error": 79.0}
    labels = page(shown, "multi_label")
    assert labels["kind"] == "labels"
    assert [(one["truth"], one["prediction"], one["error"]) for one in labels["rows"][:3]] == [
        ("a, b", "a", 1.0), ("a", "a", 0.0), ("a, b", "a, b", 0.0),
    ]  # fmt: skip


def test_labels_with_signs_of_a_query_are_labels(shown: Path) -> None:
    assert page(shown, "hostile", truth=MARKUP)["found"] == 60
    assert page(shown, "hostile", prediction='it\'s "b"')["found"] == 72
    assert page(shown, "hostile", find="'; drop view shown; --")["found"] == 0


@pytest.mark.parametrize(("name", "value"), [("sort", "row; drop"), ("offset", "-1"), ("offset", "9" * 20)])
def test_other_orders_and_offsets_are_refused(shown: Path, name: str, value: str) -> None:
    with pytest.raises(RefusedError):
        page(shown, "two_class", **{name: value})


def test_a_file_that_is_absent_damaged_or_foreign_is_said(shown: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no predictions yet"):
        page(shown, "unfinished")
    (tmp_path / PREDICTIONS).write_bytes(b"PAR1 and no more")
    with pytest.raises(RunError, match="is damaged"):
        page(tmp_path, ".")
    import duckdb

    duckdb.sql(f"copy (select 1 as a) to '{tmp_path / PREDICTIONS}' (format parquet)")
    with pytest.raises(RunError, match="no columns of truth"):
        page(tmp_path, ".")
