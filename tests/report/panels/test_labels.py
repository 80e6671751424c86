"""The labels of a multi-label target, against scikit-learn and counts by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from piste.core.panels import Chart, Grid
from piste.core.records import LabelRecord
from piste.core.runs import RunFolder
from piste.report.document import json
from piste.report.panels.labels import f1, labels
from piste.report.plain import text
from piste.report.views import panels_of

RunOf = Callable[[str], RunFolder]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_f1_is_that_of_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    truth, said = np.array(pairs).T.astype(int)
    one = LabelRecord("a", int(truth.sum()), int(said.sum()), int((truth * said).sum()), 0.5)
    if one.support + one.predicted == 0:
        assert f1(one) is None
    else:
        assert f1(one) == pytest.approx(f1_score(truth, said, zero_division=0))


def test_every_label_is_a_row_with_intervals(run_of: RunOf) -> None:
    precision, recall, table = labels(run_of("multi_label").evaluation)
    assert isinstance(table, Grid)
    assert table.columns == ("label", "precision", "recall", "F1", "examples", "predicted", "from probability")
    assert table.rows[0] == ("comedy", "67 % (56 to 76 %)", "75 % (65 to 83 %)", "0.706", "80", "90", "0.5")
    assert table.rows[2][1:4] == ("none", "0 % (0 to 30 %)", "0")
    assert table.rows[3][2] == "none"
    assert isinstance(precision, Chart)
    assert isinstance(recall, Chart)
    assert [dot["label"] for dot in precision.spec["data"]["values"]] == ["comedy", "drama", "science fiction"]
    assert [dot["value"] for dot in recall.spec["data"]["values"]] == pytest.approx([60 / 80, 100 / 120, 0.0])
    assert precision.description.endswith("1 label without such examples left out.")


def test_of_many_labels_the_worst_are_drawn_and_all_are_in_the_table(run_of: RunOf) -> None:
    many = tuple(LabelRecord(f"label {at}", 100, 100, at, 0.5) for at in range(50))
    precision, recall, table = labels(replace(run_of("multi_label").evaluation, labels=many))
    assert isinstance(table, Grid)
    assert len(table.rows) == 50
    for chart in (precision, recall):
        assert isinstance(chart, Chart)
        assert [dot["label"] for dot in chart.spec["data"]["values"]] == [f"label {at}" for at in range(20)]
        assert "the 20 labels of lowest F1" in chart.title


def test_the_panel_is_in_page_text_and_json_of_such_a_run_alone(run_of: RunOf) -> None:
    panels = panels_of(run_of("multi_label"))
    assert "labels" in [panel.name for panel in panels]
    assert "Each label by itself" in text(panels)
    assert b'"from probability"' in json(panels)
    assert "labels" not in [panel.name for panel in panels_of(run_of("two_class"))]
