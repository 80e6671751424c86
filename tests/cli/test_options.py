from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import cyclopts
import pytest

from piste.cli.options import Chosen, attributes, choose, with_settings
from piste.core.errors import SettingError
from piste.core.settings import Range
from piste.data.settings import DataSettings
from piste.train.settings import TrainingSettings

SECTIONS = {"data": DataSettings, "training": TrainingSettings}


@dataclass(frozen=True)
class NetSettings:
    """How wide the network is.

    Attributes
    ----------
    widths
        Units of each hidden layer,
        with commas between.
    skip
        Whether layers are skipped.
    rate : float
        Share of units dropped.
    """

    widths: Annotated[tuple[int, ...], Range(1, 4096)] = (64, 32)
    skip: bool | None = None
    rate: Annotated[float, Range(0, 1, high_open=True)] = 0.5
    names: tuple[str, ...] = field(default_factory=tuple)


def parse(words: str, sections: dict[str, type] = SECTIONS) -> tuple[str, bool, Chosen]:
    """Return what the verb was called with when `words` are given on the command line."""
    seen: list[tuple[str, bool, Chosen]] = []

    def verb(data: str, /, *, json: bool = False, chosen: Chosen) -> None:
        seen.append((data, json, chosen))

    app = cyclopts.App(exit_on_error=False, print_error=False, result_action="return_none")
    app.default(with_settings(sections, verb))
    app(words.split())
    return seen[0]


def test_settings_of_two_sections_are_flags_of_one_verb() -> None:
    data, json, chosen = parse("a.csv --target -1 --no-header --learning-rate 1e-3 --json --epochs=7 --task two-class")
    assert (data, json) == ("a.csv", True)
    assert chosen.settings == {
        "data": DataSettings(target="-1", header=False, task="two-class"),
        "training": TrainingSettings(epochs=7, learning_rate=1e-3),
    }
    given = {name for name, origin in chosen.origins.items() if origin == "command"}
    assert given == {"target", "header", "task", "learning_rate", "epochs"}
    assert set(chosen.origins.values()) == {"command", "default"}


def test_the_command_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[data]\nseed = 5\nsplit = '0.6/0.2/0.2'\n[training]\nlearning_rate = 1\n")
    chosen = parse(f"a.csv --config {file} --seed 6")[2]
    assert chosen.settings["data"] == DataSettings(seed=6, split="0.6/0.2/0.2")
    assert chosen.settings["training"] == TrainingSettings(learning_rate=1)
    told = {name: chosen.origins[name] for name in ("seed", "split", "learning_rate", "epochs")}
    assert told == {"seed": "command", "split": "file", "learning_rate": "file", "epochs": "default"}


def test_a_section_of_the_file_alone_has_no_flags(tmp_path: Path) -> None:
    file = tmp_path / "piste.toml"
    file.write_text("[training]\nepochs = 3\n[net]\nskip = true\n")
    seen: list[Chosen] = []

    def verb(*, chosen: Chosen) -> None:
        seen.append(chosen)

    app = cyclopts.App(exit_on_error=False, print_error=False, result_action="return_none")
    app.default(with_settings(SECTIONS, verb, {"net": NetSettings}))
    app(["--config", str(file)])
    assert seen[0].settings["net"] == NetSettings(skip=True)
    with pytest.raises(cyclopts.CycloptsError):
        app(["--skip"])


def test_a_flag_that_repeats_the_default_still_comes_from_the_command(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[data]\nseed = 5\n")
    chosen = parse(f"a.csv --config {file} --seed 0")[2]
    assert (chosen.settings["data"].seed, chosen.origins["seed"]) == (0, "command")


def test_a_list_is_one_word_with_commas() -> None:
    _, _, chosen = parse("--widths 8,16,32 a.csv --skip --names=x", {"net": NetSettings})
    assert chosen.settings["net"] == NetSettings(widths=(8, 16, 32), skip=True, names=("x",))


def test_the_docstring_gives_each_flag_its_help() -> None:
    assert attributes(NetSettings) == {
        "widths": "Units of each hidden layer, with commas between.",
        "skip": "Whether layers are skipped.",
        "rate": "Share of units dropped.",
    }


@pytest.mark.parametrize("kind", SECTIONS.values(), ids=SECTIONS)
def test_every_setting_is_explained(kind: type) -> None:
    assert attributes(kind).keys() == kind.__dataclass_fields__.keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--epochs 1.5", "Invalid value for --epochs: expected a whole number, got '1.5'."),
        ("--seed abc", "Invalid value for --seed: expected a whole number, got 'abc'."),
        ("--optimiser adm", 'Choose from: "sgd", .* Did you mean "adam"?'),
        ("--clip much", "--clip.*much"),
    ],
)
def test_a_word_that_is_no_value_is_refused(words: str, said: str) -> None:
    with pytest.raises(cyclopts.CoercionError, match=said):
        parse(f"a.csv {words}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--learning-rate -3", r"'learning_rate' setting must be a number in \(0, 1000\]. Got -3.0 instead."),
        ("--widths 8,0", r"'widths' setting must be a list of whole numbers in \[1, 4096\]. Got \(8, 0\)"),
        ("--learning-rate nan", "Got nan instead"),
        ("--image-size 2", r"must be a whole number in \[4, 1024\]. Got 2"),
    ],
)
def test_a_value_out_of_range_is_refused(words: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        parse(f"a.csv {words}", {**SECTIONS, "net": NetSettings})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[training]\nepohcs = 3", "Section [training] of {file} has no setting 'epohcs'. Did you mean 'epochs'?"),
        ("[training]\nepochs = '3'", "Section [training] of {file}: The 'epochs' setting must be a whole number"),
        ("[training]\nclip = -1", "Section [training] of {file}: The 'clip' setting must be"),
        ("seed = 3", "The settings file {file} has 'seed' outside its section: write it below [data]."),
        ("[daat]", "The settings file {file} has no section [daat] to fill. Did you mean [data]?"),
        ("[zebra]", "has no section [zebra] to fill. Known are: [data], [training]."),
        ("data = 3", "must have 'data' as one section: write [data]"),
        ("[[data]]", "must have 'data' as one section: write [data]"),
        ("[data", "The settings file {file} is not TOML: "),
        ("\udcff", "The settings file {file} is not TOML: "),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingError) as caught:
        choose(SECTIONS, {}, file)
    assert said.format(file=file) in str(caught.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"Could not read the settings file .*absent\.toml: No such file"):
        choose(SECTIONS, {}, tmp_path / "absent.toml")


def test_a_bad_flag_over_a_good_file_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[training]\nepochs = 3\n")
    with pytest.raises(SettingError, match=r"^The 'clip' setting"):
        choose(SECTIONS, {"clip": -1.0}, file)


def test_two_settings_of_one_name_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="share a name: seed"):
        with_settings({"data": DataSettings}, lambda seed, *, chosen: None)
