"""The linter's remedies as a verb: settings that cure data, which stay as they are."""

import inspect
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import piste
from piste.core.errors import SettingError
from piste.core.findings import LINT, LintRecord
from piste.core.fixes import Effect
from piste.lint.settings import LintSettings
from piste.recipe.linting import fixes_in
from piste.recipe.progress import Silent
from piste.recipe.resetting import fix_with, sentences
from piste.recipe.settings import from_keywords
from piste.recipe.train import train_with

RULES = ("D101", "D103", "D105", "D116")


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table with copies, a column that repeats the target, and gaps filled with -999."""
    generator = np.random.default_rng(0)
    weight, ill = generator.normal(70, 9, 400).round(3), np.arange(400) % 2
    pressure = np.where(np.arange(400) % 10 == 0, -999.0, generator.normal(80, 9, 400).round(3))
    lines = [f"{w},{p},{'yn'[i]},{i}" for w, p, i in zip(weight, pressure, ill, strict=True)]
    path = tmp_path_factory.mktemp("visits") / "visits.csv"
    path.write_text("\n".join(["weight,pressure,treated,ill", *lines, *lines[:60]]) + "\n")
    return path


@pytest.fixture(scope="module")
def fixed(visits: Path) -> "piste.Fixed":
    before = visits.read_bytes()
    done = piste.fix(visits, select=RULES, quiet=True, target="ill", seed=3)
    assert visits.read_bytes() == before
    return done


def test_data_are_cured_by_settings(fixed: "piste.Fixed") -> None:
    assert {(one.code, one.effect) for one in fixed.fixes} == {(code, Effect.GONE) for code in RULES[:3]}
    assert fixed.settings == {
        "target": "ill", "seed": 3, "drop": "treated", "drop_duplicates": True, "missing": "pressure:-999",
    }  # fmt: skip
    assert fixed.record.clean
    assert fixed.record.fixes == fixed.fixes
    assert fixed.pipeline.dataset is not None
    assert fixed.pipeline.dataset.record.rows == 400


def test_what_was_cured_stays_cured(fixed: "piste.Fixed", visits: Path) -> None:
    again = piste.fix(visits, select=RULES, quiet=True, **fixed.settings)
    assert (again.fixes, again.record.clean) == ((), True)


def test_a_training_keeps_what_was_fixed_before_it(visits: Path, tmp_path: Path) -> None:
    given = {"target": "ill", "epochs": 1, "hidden": (4,)}
    wanted = LintSettings(select=RULES)
    settings, origins = from_keywords(given, "test"), dict.fromkeys(given, "command")
    run = train_with(visits, settings, origins, tmp_path, Silent(), lint=wanted, fix=True)
    lint = run.folder.read(LintRecord, LINT)
    assert [one.code for one in lint.fixes if one.applied] == ["D101", "D105", "D103"]
    assert "--drop treated --drop-duplicates --missing pressure:-999" in run.record.command
    assert run.data.rows == 400
    assert "Fixed before the training" in run.folder.file("report.html").read_text()
    again = fixes_in(run.folder)
    assert again == lint.fixes
    assert next(sentences(again)).startswith("fixed[D101]: ")


def test_a_rule_that_is_left_out_is_not_cured(visits: Path) -> None:
    left = piste.fix(visits, select=RULES, ignore="D101,D105", quiet=True, target="ill", drop="weight")
    assert [one.code for one in left.fixes] == ["D103"]
    assert left.settings["drop"] == "weight,treated"
    assert left.fixes[0].undo == "take 'treated' out of `drop`"


def test_a_pipeline_is_cured_by_other_pieces() -> None:
    wrong = lambda outputs, targets: -jnp.mean((outputs - targets) ** 2)  # noqa: E731
    pipeline = piste.Pipeline(loss=wrong, task="regression")
    done = piste.fix(pipeline, select="L102")
    assert [(one.code, one.undo) for one in done.fixes] == [("L102", "piste.fix(..., ignore=['L102'])")]
    assert pipeline.loss is wrong
    assert done.settings == {}
    with pytest.raises(SettingError, match="takes no settings"):
        piste.fix(pipeline, seed=1)


def test_the_signature_is_that_of_lint() -> None:
    assert list(inspect.signature(piste.fix).parameters) == list(inspect.signature(piste.lint).parameters)


def test_a_cure_that_leaves_nothing_to_train_is_left(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("\n".join(["leak,ill", *(f"{i % 2 * 5 + (i == 7)},{i % 2}" for i in range(400))]) + "\n")
    done = piste.fix(path, select="D103", quiet=True, target="ill")
    assert [one.effect for one in done.fixes] == [Effect.LEFT]
    assert "No column is left to learn from" in done.fixes[0].reason
    assert [one.code for one in done.record.causes] == ["D103"]


REAL = [
    ("titanic.csv", {"target": "survived"}, {"drop": "alive"}),
    ("pima-indians-diabetes.csv", {}, {"missing": "column_2:0,column_3:0,column_4:0,column_6:0"}),
    ("adult-train.csv", {}, {"drop_duplicates": True, "missing": "column_11:99999"}),
]


@pytest.mark.data
@pytest.mark.parametrize(("file", "given", "cured"), REAL, ids=[one[0] for one in REAL])
def test_faults_of_known_tables_are_cured(data_folder: Path, file: str, given: dict, cured: dict) -> None:
    settings = from_keywords(given, "test")
    wanted = LintSettings(select=("D101", "D103", "D104", "D105", "D116"), seconds=600)
    ended = fix_with(data_folder / "tables" / file, settings, dict.fromkeys(given, "python"), wanted, Silent())
    assert ended.subject.given == {**given, **cured}
    assert {one.effect for one in ended.fixes} == {Effect.GONE}
    assert ended.record.clean
