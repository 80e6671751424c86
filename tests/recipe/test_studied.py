"""A search from its trials to its conclusions: the estimate, the ensemble, the refit, the report."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

import piste
from piste.cli import main
from piste.core.errors import RunError, SettingError
from piste.core.studied import RESULTS
from piste.recipe.ensemble import ensemble, joined, refit
from piste.recipe.retune import EARLIER, earlier
from piste.recipe.run import Run
from piste.recipe.studied import conclude
from piste.recipe.tuned_study import Study
from piste.tune.priors import log, uniform

TRIALS = 12


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The iris table as a file."""
    file = tmp_path_factory.mktemp("data") / "flowers.csv"
    data = load_iris()
    rows = [[*map(str, row), data.target_names[label]] for row, label in zip(data.data, data.target, strict=True)]
    file.write_text("\n".join(["a,b,c,d,sort", *(",".join(row) for row in rows)]))
    return file


@pytest.fixture(scope="module")
def study(flowers: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A search with an ensemble of two and a refit."""
    return piste.tune(
        str(flowers),
        runs=tmp_path_factory.mktemp("runs"),
        quiet=True,
        trials=TRIALS,
        scheduler="none",
        ensemble=2,
        refit=True,
        hidden=(4,),
        epochs=3,
        bins=0,
        learning_rate=log(1e-3, 0.3),
        final_rate=uniform(0, 0.5),
    )


def test_every_trial_keeps_what_it_made_of_each_validation_example(study: Study) -> None:
    found = study.results
    rows = study.run.data.split.sizes["validation"]
    assert found.estimate is not None
    assert found.estimate.measure == study.record.metric == "accuracy"
    assert (found.estimate.trials, found.estimate.examples) == (TRIALS, rows)
    assert found.estimate.reported == pytest.approx(study.best.score)
    assert found.estimate.low <= found.estimate.corrected <= found.estimate.high
    assert found.best == study.best.number
    assert found.test == study.run.score()


def test_the_members_of_the_ensemble_are_the_best_trials_and_it_is_judged_beside_the_single_run(study: Study) -> None:
    found = study.results.ensemble
    assert found is not None
    assert found.members == tuple(one.number for one in study.ranked[:2])
    assert found.single.value == study.run.score().value
    assert found.difference == pytest.approx(found.score.value - found.single.value)
    assert "mean answer of 2 networks" in found.verdict


def test_an_ensemble_predicts_from_python_and_from_the_command_line(
    study: Study, flowers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study.path / "ensemble"
    predicted = piste.predict(folder, str(flowers))
    assert predicted.outputs.shape == (150, 3)
    np.testing.assert_allclose(predicted.outputs.sum(axis=1), 1.0, rtol=1e-6)
    assert main(["predict", str(folder), str(flowers), "--quiet"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(predicted.values[0])


def test_the_mean_answer_is_the_mean_of_the_answers(study: Study) -> None:
    first = study.run.network
    second = dataclasses.replace(
        first,
        parameters={name: {key: 0.5 * value for key, value in leaf.items()} for name, leaf in first.parameters.items()},
    )
    inputs = np.random.default_rng(0).normal(size=(7, *first.encoding.input_shape)).astype(np.float32)
    expected = (first.predict(inputs) + second.predict(inputs)) / 2
    np.testing.assert_allclose(joined([first, second]).predict(inputs), expected, rtol=1e-5)


def test_the_refit_learns_from_validation_rows_too_and_can_be_used(study: Study, flowers: Path) -> None:
    found = study.results.refit
    assert found is not None
    again = Run.open(found.folder)
    assert again.record.status == "finished"
    assert len(again.predict(str(flowers)).values) == 150
    assert again.network.encoding != study.run.network.encoding  # means of more rows
    assert found.command == f"piste tune {study.path} --refit"


def test_the_report_and_the_results_can_be_had_from_the_command_line(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(study.path)]) == 0
    assert capsys.readouterr().out.strip() == str(study.path / "report.html")
    assert main(["report", study.path.name, "--runs", str(study.path.parent), "--json"]) == 0
    names = [panel["name"] for panel in json.loads(capsys.readouterr().out)]
    assert names[0] == "result"
    assert "made" in names
    (study.path / RESULTS).unlink()
    assert main(["report", str(study.path), "--text"]) == 0
    assert "Expect" in capsys.readouterr().out
    assert (study.path / RESULTS).is_file()


def test_what_was_made_is_kept_while_the_best_stays(study: Study) -> None:
    before = study.results
    assert conclude(study) == dataclasses.replace(conclude(study), ensemble=before.ensemble)


def test_too_large_an_ensemble_is_refused(study: Study) -> None:
    with pytest.raises(SettingError, match=f"from 2 to {TRIALS} networks"):
        ensemble(study, TRIALS + 1)
    with pytest.raises(SettingError, match="needs at least 2 networks; 0 makes none"):
        piste.tune(study.path, ensemble=1, quiet=True)
    with pytest.raises(SettingError, match=f"of {TRIALS + 1} networks needs as many trials. Got {TRIALS} instead"):
        piste.tune(study.path, ensemble=TRIALS + 1, quiet=True)
    with pytest.raises(SettingError, match="of 9 networks needs as many trials"):
        piste.tune("a search that would take hours", ensemble=9, trials=8, quiet=True)


def test_what_goes_wrong_with_an_ensemble_loses_no_search(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise RunError("no memory is left")

    (study.path / RESULTS).unlink()
    monkeypatch.setattr("piste.recipe.studied.ensemble", failing)
    with pytest.raises(RunError, match="no memory is left"):
        conclude(study, networks=2)
    assert study.results.best == study.best.number
    monkeypatch.undo()
    conclude(study, networks=2, more_rows=True)


def test_a_study_that_goes_on_makes_what_it_was_asked_for_at_first(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = dataclasses.replace(study.folder, path=Path(shutil.copytree(study.path, tmp_path / study.path.name)))
    shutil.copytree(study.run.path, tmp_path / study.run.path.name)
    folder.write(dataclasses.replace(study.record, ensemble=3, refit=False))
    found: list[tuple[int, bool]] = []

    def noted(of: Study, *_: object, networks: int, more_rows: bool) -> None:
        found.append((networks, more_rows))

    monkeypatch.setattr("piste.recipe.tune.conclude", noted)
    piste.tune(folder.path, quiet=True)
    piste.tune(folder.path, quiet=True, final=False)
    piste.tune(folder.path, quiet=True)
    piste.tune(folder.path, quiet=True, ensemble=4)
    piste.tune(folder.path, quiet=True)
    assert [one for one, _ in found] == [3, 0, 0, 4, 4]
    assert not any(more for _, more in found)


def test_without_a_run_of_the_best_there_is_nothing_to_stand_beside(study: Study, tmp_path: Path) -> None:
    bare = dataclasses.replace(study.folder, path=tmp_path)
    bare.write(dataclasses.replace(study.record, run=""))
    bare.write_trials(study.trials)
    with pytest.raises(RunError, match="no run of its best settings"):
        refit(Study(bare))
    with pytest.raises(SettingError, match="leave out --no-final"):
        piste.tune(str(tmp_path / "none.csv"), quiet=True, ensemble=3, final=False)


def test_an_earlier_search_begins_one_on_new_data_and_is_told_whether_it_holds(
    study: Study, flowers: Path, tmp_path: Path
) -> None:
    lines = flowers.read_text().splitlines()
    new = tmp_path / "new.csv"
    new.write_text("\n".join([lines[0], *(f"1{line}" for line in lines[1:])]))  # the first column ten higher
    again = piste.retune(study, str(new), runs=tmp_path / "runs", quiet=True, trials=6)
    drawn = [one for one in again.trials if one.sampling == EARLIER]
    assert [one.settings for one in drawn] == [one.settings for one in study.ranked[:3]]
    assert len({tuple(one.settings.items()) for one in (*again.trials, *study.trials)}) == 3 + TRIALS
    assert [one.prior for one in again.record.dimensions] == [one.prior for one in study.record.dimensions]
    assert again.record.scheduler == "none"
    assert again.record.command == f"piste tune {study.path} --data {new}"
    found = again.results.retuned
    assert found is not None
    assert found.new.value == again.run.score().value
    assert found.low <= found.difference <= found.high
    assert found.verdict.startswith("The old settings")
    assert "Do the old settings still hold?" in again.report.read_text()


def test_a_run_gives_its_settings_for_a_new_search(study: Study) -> None:
    found = earlier(study.run.path)
    assert found.points[0]["learning_rate"] == study.best.settings["learning_rate"]
    assert found.given["hidden"] == [4]
    assert "learning_rate" not in found.given
    assert not found.priors


def test_a_run_that_left_all_open_is_tried_first_on_new_data(
    flowers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = piste.train(str(flowers), epochs=1, runs=tmp_path, quiet=True)
    again = piste.retune(run, str(flowers), runs=tmp_path, trials=2, epochs=1)
    assert f"The best settings of {run.path} are tried first." in capsys.readouterr().err
    first, other = again.trials
    assert (first.sampling, other.sampling) == (EARLIER, "")
    assert run.record.training is not None
    used = {name: one for part in run.record.settings.values() for name, one in part.items()}
    drawn = {name: one for name, one in first.settings.items() if used[name] is not None}
    assert drawn == {name: used[name] for name in drawn}
    assert {name: one for name, one in first.settings.items() if name not in drawn} == {
        "momentum": 0.9, "width": used["hidden"][0], "depth": len(used["hidden"])
    }  # fmt: skip


def test_a_run_of_another_form_is_said_to_be_out_of_reach(
    flowers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = piste.train(str(flowers), epochs=1, optimiser="lion", runs=tmp_path, quiet=True)
    again = piste.retune(run, str(flowers), runs=tmp_path, trials=2, epochs=1, optimiser=piste.choice("adamw", "sgd"))
    assert "are none that this search could draw: it begins anew." in capsys.readouterr().err
    assert again.results.retuned is not None
    assert "is not known" in again.results.retuned.verdict


def test_what_is_neither_study_nor_run_begins_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="neither a study nor a run"):
        earlier(tmp_path)
