from pathlib import Path
from typing import Any

import cyclopts
import pytest

from piste.cli.ranges import asked, switches_varied, with_ranges
from piste.core.errors import SettingError
from piste.recipe.settings import SECTIONS
from piste.recipe.tuning import Asked
from piste.tune.priors import choice, integers, log, option, uniform


def parse(*words: str) -> Asked:
    """Return what is asked for by `words` of the command line."""
    seen: list[Any] = []

    def verb(data: str, /, *, asked: Any) -> None:
        seen.append(asked)

    app = cyclopts.App(exit_on_error=False, print_error=False, result_action="return_none")
    app.default(with_ranges(SECTIONS, verb))
    app(["digits", *words])
    return seen[0]


def test_values_and_ranges_stand_in_the_same_flags() -> None:
    found = parse(
        "--learning-rate", "log(1e-4, 1)", "--dropout", "0.2", "--hidden", "choice([64], [128, 64])", "--epochs", "5",
        "--optimiser", "choice(adamw, sgd(momentum=uniform(0.5, 0.99)))", "--augment", "noise:0.1", "--trials", "8",
        "--vary", "batch_norm=choice(true, false)", "--vary", "batch-size=integers(8, 64, log=true)",
    )  # fmt: skip
    assert found.priors == {
        "learning_rate": log(1e-4, 1),
        "hidden": choice((64,), (128, 64)),
        "optimiser": choice("adamw", option("sgd", momentum=uniform(0.5, 0.99))),
        "batch_norm": choice(True, False),
        "batch_size": integers(8, 64, True),
    }
    assert found.given == {"dropout": 0.2, "epochs": 5, "augment": ("noise:0.1",)}
    assert found.origins["learning_rate"] == found.origins["dropout"] == "command"
    assert (found.how.trials, found.how.sampler) == (8, "sobol")
    assert found.said == {"trials"}


def test_a_column_may_be_called_like_a_range() -> None:
    found = parse("--target", "log(price)", "--epochs", "integers(2, 9)")
    assert (found.given, found.priors) == ({"target": "log(price)"}, {"epochs": integers(2, 9)})


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (
            ["tune", "d", "--batch-norm", "choice(true, false)"],
            ["tune", "d", "--vary", "batch_norm=choice(true, false)"],
        ),
        (["--batch-norm=choice(true, false)", "-x"], ["--vary", "batch_norm=choice(true, false)", "-x"]),
        (["--batch-norm", "data", "--no-final"], ["--batch-norm", "data", "--no-final"]),
        (["--learning-rate", "log(1, 2)"], ["--learning-rate", "log(1, 2)"]),
        (["choice(a, b)"], ["choice(a, b)"]),
    ],
)
def test_a_switch_takes_a_range_too(words: list[str], read: list[str]) -> None:
    assert switches_varied(words) == read


def test_the_file_has_ranges_too_and_the_command_wins(tmp_path: Path) -> None:
    file = tmp_path / "search.toml"
    file.write_text(
        '[training]\nlearning_rate = "log(1e-3, 1)"\nepochs = 9\nmomentum = "uniform(0.5, 0.9)"\n'
        '[model]\nhidden = "choice([64], [32, 32])"\ndropout = 0.1\n[tune]\ntrials = 32\nsampler = "zoom"\n'
    )
    found = parse("--config", str(file), "--momentum", "0.8", "--dropout", "uniform(0, 0.5)", "--trials", "16")
    assert found.priors == {
        "learning_rate": log(1e-3, 1),
        "hidden": choice((64,), (32, 32)),
        "dropout": uniform(0, 0.5),
    }
    assert found.given == {"epochs": 9, "momentum": 0.8}
    assert found.origins["epochs"] == found.origins["learning_rate"] == "file"
    assert found.origins["momentum"] == found.origins["dropout"] == "command"
    assert (found.how.trials, found.how.sampler) == (16, "zoom")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--learning-rate", "log(1, 0.1)"), "needs two finite numbers, the lower first"),
        (("--learning-rate", "log(1)"), "The range of 'learning_rate' cannot be read"),
        (("--learning-rate", "log(1e-4, 1"), "The range of 'learning_rate' cannot be read"),
        (("--learning-rate", "lgo(1e-4, 1)"), "there is no range 'lgo'. Did you mean 'log'?"),
        (("--vary", "batch_norm"), "--vary takes NAME=RANGE"),
        (("--sampler", "bayes"), "Invalid value"),
    ],
)
def test_what_cannot_be_read_is_said(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises((SettingError, cyclopts.CycloptsError)) as caught:
        parse(*words)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[tune]\ntrials = 0\n", r"Section \[tune\] of .*: The 'trials' setting must be a whole number in"),
        ("[training]\nlerning_rate = 1\n", r"Section \[training\] of .* has no setting 'lerning_rate'"),
        ('[training]\nlerning_rate = "log(1e-3, 1)"\n', r"Section \[training\] of .* has no setting 'lerning_rate'"),
    ],
)
def test_a_fault_in_the_file_names_its_section(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "search.toml"
    file.write_text(text)
    with pytest.raises(SettingError, match=sentence):
        asked(SECTIONS, {}, file)
