"""`piste nurse`: a run that is over goes on from the command line, and everything that can be said wrongly."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from piste.cli.application import DONE, MISTAKE
from piste.core import nursing
from piste.core.runs import RunFolder
from piste.recipe import job

Piste = Callable[..., Any]


@pytest.fixture(autouse=True, scope="module")
def without_baselines() -> Iterator[None]:
    """Nothing here is about simple models."""

    def none(*positional: object, **keywords: object) -> tuple[list[Any], dict[str, str]]:
        return [], {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "run_baselines", none)
        yield


@pytest.fixture(scope="module")
def nursed(piste: Piste, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on iris that goes on from its second epoch at half the rate; tests only read it."""
    runs = tmp_path_factory.mktemp("nursed")
    words = ("--runs", runs, "--epochs", 4, "--hidden", 4, "--patience", 0, "--nurse", "--quiet")
    folder = Path(piste("train", "iris", *words).out.strip())
    outcome = piste("nurse", folder, "back", 2, "rate", "0.5x", "--by", "ada")
    assert outcome.code == DONE
    assert "ada: back 2 rate 0.5x -> Branch b1 goes on from epoch 2 of b0." in outcome.err
    return folder


def test_the_status_lists_the_branches_and_what_was_heard(piste: Piste, nursed: Path) -> None:
    outcome = piste("nurse", nursed.name, "status", "--runs", nursed.parent)
    assert (outcome.code, outcome.err) == (DONE, "")
    lines = outcome.out.splitlines()
    assert lines[0] == f"{nursed}: over, on branch b1."
    assert lines[1].split()[:4] == ["branch", "from", "change", "by"]
    assert lines[3].startswith("b1")
    assert "epoch 2 of b0" in lines[3]
    assert lines[-1].endswith("ada: back 2 rate 0.5x -> Branch b1 goes on from epoch 2 of b0.")


def test_the_status_as_json(piste: Piste, nursed: Path) -> None:
    said = json.loads(piste("nurse", nursed, "status", "--json").out)
    assert said["status"] == "finished"
    assert said["attended"] is False
    assert said["waiting"] == []
    assert [one["name"] for one in said["branches"]["branches"]] == ["b0", "b1"]


def test_the_line_of_the_run_repeats_it(piste: Piste, nursed: Path, tmp_path: Path) -> None:
    flags = ("--epochs", 4, "--hidden", 4, "--patience", 0, "--quiet", "--replay", nursed / nursing.BRANCHES)
    again = Path(piste("train", "iris", "--runs", tmp_path, *flags).out.strip())
    parameters = ("model", "parameters.safetensors")
    assert RunFolder(again).file(*parameters).read_bytes() == RunFolder(nursed).file(*parameters).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rat", "2"), "'rat' is nothing that a training can be told. Did you mean 'rate'?"),
        (("dropout",), "'dropout' needs a value after it"),
        ((), "is over; say how it goes on"),
    ],
)
def test_what_is_no_command_changes_nothing(piste: Piste, nursed: Path, words: tuple[str, ...], said: str) -> None:
    before = nursed.joinpath("run.json").read_bytes(), nursed.joinpath(nursing.BRANCHES).read_bytes()
    outcome = piste("nurse", nursed, *words)
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert (nursed.joinpath("run.json").read_bytes(), nursed.joinpath(nursing.BRANCHES).read_bytes()) == before


def test_a_refusal_is_said_and_the_run_is_whole(piste: Piste, nursed: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(nursed, tmp_path / nursed.name))
    outcome = piste("nurse", copy, "rate", "2x", "--quiet")
    assert outcome.code == MISTAKE
    assert "All epochs are over; say for how many more to train" in outcome.err
    assert RunFolder(copy).record.status == "finished"


def test_a_run_that_keeps_no_branches_says_so(piste: Piste, fruit_run: Path) -> None:
    outcome = piste("nurse", fruit_run, "status")
    assert outcome.code == MISTAKE
    assert "keeps no branches" in outcome.err


def test_a_training_that_goes_on_elsewhere_is_told(piste: Piste, nursed: Path, tmp_path: Path) -> None:
    copy = RunFolder(Path(shutil.copytree(nursed, tmp_path / nursed.name)))
    with nursing.bedside(copy):
        outcome = piste("nurse", copy.path, "rate", "2x", "--wait", 0.1)
        assert outcome.code == MISTAKE
        assert "No validation ended within 0.1 s; the command waits for the next one." in outcome.err
        assert "rate 2x waits for the end of a validation" in piste("nurse", copy.path).out
    assert [one.words for one in nursing.waiting(copy)] == ["rate 2x"]


def test_following_branches_and_being_nursed_exclude_each_other(piste: Piste, nursed: Path, tmp_path: Path) -> None:
    outcome = piste("train", "iris", "--runs", tmp_path, "--nurse", "--replay", nursed / nursing.BRANCHES)
    assert outcome.code == MISTAKE
    assert "takes no commands" in outcome.err
    assert list(tmp_path.iterdir()) == []
