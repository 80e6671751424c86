import dataclasses
from typing import Any

import pytest

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.core.settings import from_mapping
from piste.recipe.defaults import RULES, decide
from piste.recipe.facts import Facts
from piste.recipe.settings import SECTIONS, Settings
from piste.train.optimisers import OPTIMISERS

TABLE = Facts(Task.MANY_CLASS, 5_000, (20,))
PICTURES = Facts(Task.MANY_CLASS, 60_000, (28, 28, 1))
FACTS = [
    TABLE,
    PICTURES,
    Facts(Task.REGRESSION, 100, (3,)),
    Facts(Task.MULTI_LABEL, 1_000_000, (300,)),
    Facts(Task.TWO_CLASS, 10, (4, 4, 3)),
    Facts(Task.TWO_CLASS, 2, (1,)),
    Facts(Task.MANY_CLASS, 3_000, (40, 1)),
    Facts(Task.REGRESSION, 300, (5_000, 3), ragged=True),
    Facts(Task.TWO_CLASS, 1_400, (1,), lengths={"words": 900, "characters": 300}),
]


def settings(**given: Any) -> Settings:
    names = {field.name: section for section, kind in SECTIONS.items() for field in dataclasses.fields(kind)}
    parts: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for name, value in given.items():
        parts[names[name]][name] = value
    return Settings(**{section: from_mapping(kind, parts[section], "the test") for section, kind in SECTIONS.items()})


@pytest.mark.parametrize("facts", FACTS)
@pytest.mark.parametrize("model", [None, "mlp", "linear"])
def test_nothing_of_model_and_training_is_left_open(facts: Facts, model: str | None) -> None:
    decided, choices = decide(settings(model=model), {"model": "python"}, facts)
    values = {**dataclasses.asdict(decided.model), **dataclasses.asdict(decided.training)}
    assert not [name for name in RULES if values[name] is None]
    for section, kind in SECTIONS.items():  # what was chosen obeys the declared ranges
        from_mapping(kind, dataclasses.asdict(getattr(decided, section)), section)
    assert len(choices) == sum(len(dataclasses.fields(kind)) for kind in SECTIONS.values())


@pytest.mark.parametrize("facts", FACTS)
def test_every_choice_has_a_reason(facts: Facts) -> None:
    _, choices = decide(settings(), {}, facts)
    reasons = {choice.setting: choice.reason for choice in choices}
    assert all(reasons[name] for name in RULES)


@pytest.mark.parametrize("setting", RULES)
def test_what_is_given_is_kept(setting: str) -> None:
    facts = FACTS[6] if setting == "length" else TABLE
    given: dict[str, Any] = {
        "model": "linear", "hidden": (7, 5), "dropout": 0.45, "batch_norm": False, "bins": 9, "length": 5,
        "loss": "cross-entropy",
        "epochs": 3, "batch_size": 17, "learning_rate": 0.123, "optimiser": "lion", "weight_decay": 0.2, "clip": 2.5,
        "schedule": "linear", "warmup": 1.5, "patience": 4, "augment": ("noise:0.1", "swap"), "metric": "f1",
        "precision": "bfloat16", "devices": 1,
    }  # fmt: skip
    assert set(given) == set(RULES)
    decided, choices = decide(settings(**{setting: given[setting]}), {setting: "command"}, facts)
    assert given[setting] in (getattr(decided.model, setting, None), getattr(decided.training, setting, None))
    (choice,) = (choice for choice in choices if choice.setting == setting)
    assert (choice.value, choice.origin) == (given[setting], "command")


def test_pictures_get_a_convolutional_net_and_tables_do_not() -> None:
    assert decide(settings(), {}, PICTURES)[0].model.model == "cnn"
    assert decide(settings(), {}, TABLE)[0].model.model == "mlp"


@pytest.mark.parametrize(
    ("facts", "given", "expected"),
    [
        (PICTURES, {}, "shift:2"),
        (Facts(Task.MULTI_LABEL, 900, (160, 200, 3)), {}, "shift:10"),
        (PICTURES, {"model": "linear"}, "none"),
        (PICTURES, {"optimiser": "lbfgs"}, "none"),
        (Facts(Task.MANY_CLASS, 1_200, (8, 8, 1)), {}, "none"),
        (Facts(Task.MANY_CLASS, 2_000_000, (28, 28, 1)), {}, "none"),
        (Facts(Task.REGRESSION, 900, (28, 28, 1)), {}, "none"),
        (TABLE, {}, "none"),
    ],
)
def test_pictures_large_enough_are_shifted_where_that_was_measured_to_help(
    facts: Facts, given: dict[str, Any], expected: str
) -> None:
    assert decide(settings(**given), {}, facts)[0].training.augment == (expected,)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "cnn"}, "needs pictures"),
        ({"loss": "squared-error"}, "does not fit a many-class target"),
        ({"model": "perceptron"}, "must be one of 'mlp'"),
        ({"model": "transformer"}, "needs sequences or texts, and these data are a table"),
        ({"hidden": (64, 0)}, "must be a list of whole numbers in .1, 65536."),
        ({"dropout": 1.0}, "must be a number in .0, 1."),
        ({"epochs": 0}, "must be a whole number"),
        ({"learning_rate": -0.1}, "must be a number"),
        ({"optimiser": "Adam"}, "must be one of"),
    ],
)
def test_what_contradicts_is_one_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        decide(settings(**given), {}, TABLE)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_rate_suits_the_optimiser(optimiser: str) -> None:
    rate = decide(settings(optimiser=optimiser), {"optimiser": "python"}, TABLE)[0].training.learning_rate
    assert rate is not None
    assert 1e-5 < rate <= 1.0


@pytest.mark.parametrize("facts", FACTS)
def test_lbfgs_gets_the_full_batch_and_nothing_at_random(facts: Facts) -> None:
    decided, _ = decide(settings(optimiser="lbfgs"), {"optimiser": "command"}, facts)
    training = decided.training
    assert (training.batch_size, training.learning_rate, training.schedule, training.warmup) == (0, 1.0, "constant", 0)
    assert (decided.model.dropout, training.weight_decay, training.clip) == (0, 0, 0)


def test_schedules_and_averages_go_together() -> None:
    assert decide(settings(averaging="swa"), {}, TABLE)[0].training.schedule == "constant"
    assert decide(settings(schedule="one-cycle"), {}, TABLE)[0].training.warmup == 0
    slow = decide(settings(schedule="plateau", plateau_patience=30), {}, TABLE)[0].training
    assert slow.patience == 91


def test_a_function_is_recorded_by_its_name() -> None:
    _, choices = decide(settings(loss=abs), {"loss": "python"}, TABLE)
    (choice,) = (choice for choice in choices if choice.setting == "loss")
    assert (choice.value, choice.origin) == ("builtins.abs", "function")


def test_few_columns_are_classified_without_batch_norm() -> None:
    for columns, expected in ((3, False), (4, True)):
        decided, choices = decide(settings(), {}, Facts(Task.TWO_CLASS, 400, (columns,)))
        assert decided.model.batch_norm is expected
        assert {one.setting: one.reason for one in choices}["batch_norm"]
