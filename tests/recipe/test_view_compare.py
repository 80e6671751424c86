"""Two runs beside each other: the step where they part is the one that was made to differ."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.cli import main
from piste.core.compare import ComparisonRecord
from piste.core.keys import generator
from piste.core.records import decode, encode
from piste.recipe.reference import test_predictions as predictions_of
from piste.recipe.run import Run
from piste.recipe.train import train
from piste.recipe.view_compare import compare
from piste.report.compare import panels_of_comparison

PLAIN: dict[str, Any] = {
    "quiet": True, "hidden": (8,), "epochs": 4, "learning_rate": 0.02, "batch_size": 20, "schedule": "constant",
    "warmup": 0.0, "patience": 0, "target": "kind",
}  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    draw = generator(4, "two")
    points = draw.normal(size=(200, 2)).round(3)
    path = tmp_path_factory.mktemp("two") / "two.csv"
    path.write_text("a,b,kind\n" + "\n".join(f"{a},{b},{'in' if a * a + b * b < 1.2 else 'out'}" for a, b in points))
    return path


def trained(table: Path, name: str, **settings: Any) -> Run:
    return train(table, runs=table.parent / name, **{**PLAIN, **settings})


@pytest.fixture(scope="module")
def plain(table: Path) -> Run:
    return trained(table, "plain")


def test_the_same_settings_never_part(table: Path, plain: Run) -> None:
    found = compare(plain, trained(table, "same"))
    assert found.differences == ()
    assert found.parting is not None
    assert (found.parting.never, found.parting.known) == (True, "trained again")
    assert found.paired
    assert found.agreement is not None
    assert found.agreement.same_answers == found.agreement.rows
    assert found.verdict.startswith("Neither run is surely better")
    assert "They do not part" in found.text()
    assert found._repr_html_().startswith("<iframe srcdoc=")
    assert repr(found).startswith(f"Comparison('{plain.path.name}'")
    found.write(table.parent / "compared.html")
    assert (table.parent / "compared.html").read_text(encoding="utf-8") == found.html()
    assert decode(encode(found), ComparisonRecord).verdict == found.verdict


def test_another_rate_parts_them_in_the_first_step(table: Path, plain: Run) -> None:
    other = trained(table, "rate", learning_rate=0.03)
    found = compare(plain, other)
    assert [(one.part, one.name, one.first, one.second) for one in found.differences] == [
        ("setting", "learning_rate", "0.02", "0.03")
    ]
    assert found.parting is not None
    assert found.parting.step == 1
    assert found.parting.causes == ("the learning rate: 0.02 and 0.03",)
    assert found.parting.node is not None
    assert found.parting.node.how == "update"
    curves = compare(plain, other, again=False)
    assert curves.parting is not None
    assert (curves.parting.known, curves.parting.epoch) == ("curves", 1)
    one, two = (predictions_of(run.folder, run.network.encoding) for run in (plain, other))
    right = [run.outputs.argmax(axis=1) == run.truth for run in (one, two)]
    assert found.agreement is not None
    assert found.agreement.first_alone == int(np.sum(right[0] & ~right[1]))
    assert found.agreement.both + found.agreement.neither == int(np.sum(right[0] == right[1]))


def test_a_schedule_parts_them_where_its_rates_do(table: Path, plain: Run) -> None:
    found = compare(plain, trained(table, "step", schedule="step")).parting
    assert found is not None
    assert found.step > 1
    assert any("learning rate" in one for one in found.causes)


def test_dropout_parts_them_in_its_layer(table: Path, plain: Run) -> None:
    found = compare(plain, trained(table, "dropout", dropout=0.5))
    assert found.parting is not None
    assert found.parting.node is not None
    assert found.parting.step == 1
    assert "dropout" in found.parting.node.name or "dropout" in found.parting.node.words
    (panel,) = [one for one in panels_of_comparison(found) if one.name == "parting"]
    assert found.parting.node.words in str(panel)


def test_another_activation_begins_elsewhere_because_its_weights_are_drawn_for_it(table: Path, plain: Run) -> None:
    found = compare(plain, trained(table, "tanh", activation="tanh")).parting
    assert found is not None
    assert found.step == 0
    assert found.causes == ("settings of the network by which its weights are drawn: activation",)


def test_another_seed_begins_elsewhere(table: Path, plain: Run) -> None:
    found = compare(plain, trained(table, "seed", seed=7))
    assert found.parting is not None
    assert found.parting.step == 0
    assert "the seed: 0 and 7" in found.parting.causes
    assert not found.paired


def test_what_predicts_something_else_has_no_scores_to_compare(plain: Run, iris: Run) -> None:
    found = compare(plain, iris)
    assert found.scores == ()
    assert "predict different things" in found.verdict
    assert panels_of_comparison(found)


def test_the_verb_writes_a_page_and_json(table: Path, plain: Run, capsys: pytest.CaptureFixture[str]) -> None:
    other = str(next((table.parent / "rate").iterdir()))
    assert main(["compare", str(plain.path), other, "--no-again"]) == 0
    said = capsys.readouterr().out
    assert "What is different" in said
    page = Path(other) / f"compare-{plain.path.name}.html"
    assert "learning_rate" in page.read_text(encoding="utf-8")
    assert main(["compare", str(plain.path), other, "--no-again", "--dry", "--json"]) == 0
    record = decode(capsys.readouterr().out, ComparisonRecord)
    assert record.titles[0] == plain.path.name
    page.unlink()
    page.with_suffix(".json").unlink()
