"""What the page asks of the engine: looks into a run's network, and questions about its test examples."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from piste.core.errors import PisteError
from piste.core.human import HUMAN, HumanRecord
from piste.core.records import RunRecord, Status
from piste.core.runs import RUN, RunFolder
from piste.recipe.page import compared, look, questions
from piste.recipe.run import Run


def test_a_look_has_the_graph_and_the_chain_of_the_same_loss(iris: Run) -> None:
    looked = look(iris.folder, "test", 2)
    weight = next(one for one in looked.graph.nodes if one.kind == "weight" and len(one.shape) == 2)
    chain = looked.chain(f"{weight.name}[0, 0]")
    assert chain.loss == pytest.approx(looked.graph.loss)
    gradient = looked.lens.gradient(weight.name)
    assert gradient is not None
    np.testing.assert_allclose(chain.gradient, gradient[0, 0], rtol=1e-4, atol=1e-7)


def test_an_example_that_there_is_not_is_said(iris: Run) -> None:
    with pytest.raises(PisteError, match="has the examples 0 to"):
        look(iris.folder, "test", 10_000)


def test_a_pass_ends_with_what_came_out(iris: Run, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    shutil.copytree(iris.path, folder.path)
    asked = questions(folder)
    asked.finish()
    assert not folder.file(HUMAN).exists()
    asking = asked.asking
    asking.answer(asking.form.heard("setosa"))
    asked.finish()
    assert folder.read(HumanRecord, HUMAN).labellers[0].rows == 1


def test_two_runs_are_compared_without_training_and_without_a_file(iris: Run, tmp_path: Path) -> None:
    other = RunFolder(tmp_path / "other")
    shutil.copytree(iris.path, other.path)
    before = sorted(path.name for path in other.path.iterdir())
    found = compared(iris.folder, other)
    assert found.differences == ()
    assert found.parting is not None
    assert (found.parting.known, found.parting.never) == ("curves", True)
    assert sorted(path.name for path in other.path.iterdir()) == before


def test_a_run_that_is_not_over_is_not_asked_about(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write(RunRecord("iris", Status.UNFINISHED, "", "", 3, {}, "cpu", {}), RUN)
    for ask in (lambda: questions(folder), lambda: look(folder, "test", 0)):
        with pytest.raises(PisteError, match="unfinished"):
            ask()
