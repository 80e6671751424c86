import shlex
from pathlib import Path

import pytest

from piste.cli.options import choose
from piste.core.records import Choice
from piste.recipe.command import command_line
from piste.recipe.settings import SECTIONS


def choice(setting: str, value: object, origin: str = "command") -> Choice:
    return Choice(setting, value, origin, "")


def test_defaults_are_left_out_and_the_seed_is_not() -> None:
    line = command_line("a b.csv", (choice("seed", 3, "default"), choice("epochs", 7), choice("clip", 0.0, "default")))
    assert shlex.split(line) == ["piste", "train", "a b.csv", "--seed", "3", "--epochs", "7"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (choice("hidden", (64, 32)), ["--hidden", "64,32"]),
        (choice("batch_norm", False), ["--no-batch-norm"]),
        (choice("header", True, "file"), ["--header"]),
        (choice("target", -1), ["--target=-1"]),
        (choice("learning_rate", 0.5, "python"), ["--learning-rate", "0.5"]),
    ],
)
def test_every_kind_of_value_is_spelt_as_its_flag(given: Choice, words: list[str]) -> None:
    assert shlex.split(command_line(Path("x.csv"), (given,)))[3:] == words


def test_data_from_python_have_a_call_instead() -> None:
    assert command_line([1, 2], (choice("epochs", 7, "python"),)) == "piste.train(data, epochs=7)"


def test_the_sections_share_no_name() -> None:
    assert choose(SECTIONS, {"epochs": 7}, None).origins["epochs"] == "command"
