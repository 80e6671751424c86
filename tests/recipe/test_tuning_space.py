import pytest

from piste.core.errors import SettingError
from piste.recipe.tuning_space import apart, checked_space
from piste.tune.priors import choice, integers, log, option, uniform


def test_ranges_and_values_are_told_apart() -> None:
    priors, plain = apart({"learning_rate": log(1e-4, 1), "dropout": "uniform(0, 0.5)", "model": "mlp", "epochs": 3})
    assert priors == {"learning_rate": log(1e-4, 1), "dropout": uniform(0, 0.5)}
    assert plain == {"model": "mlp", "epochs": 3}


@pytest.mark.parametrize(
    ("priors", "sentence"),
    [
        ({"lerning_rate": log(1e-4, 1)}, "The call has no setting 'lerning_rate'. Did you mean 'learning_rate'?"),
        ({"target": choice("a", "b")}, "The setting 'target' cannot vary in a search: all trials must learn from the"),
        ({"seed": integers(0, 9)}, "The setting 'seed' cannot vary in a search"),
        ({"metric": choice("f1", "auc")}, "'metric' cannot vary in a search: all trials must be judged by the same"),
        ({"dropout": uniform(0, 1.5)}, r"The range uniform\(0, 1.5\) does not fit: The .dropout. setting.* Got 1\.5 i"),
        ({"learning_rate": uniform(-1, 1)}, "The 'learning_rate' setting must be a number in"),
        ({"epochs": uniform(1, 9)}, r"must be a whole number.* Write integers\(1, 9\) for whole numbers"),
        ({"epochs": log(2, 99.5)}, r"Write integers\(2, 99, log=true\) for whole numbers"),
        ({"activation": choice("relu", "rleu")}, "The 'activation' setting must be one of"),
        ({"optimiser": choice(option("sgd", momentum=7.0))}, "The 'momentum' setting must be a number in"),
        ({"optimiser": choice(option("sgd", moment=0.5))}, "The call has no setting .moment."),
        ({}, "Nothing varies"),
    ],
)  # fmt: skip
def test_a_range_that_cannot_be_is_one_sentence(priors: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence) as caught:
        checked_space(priors, "The call")  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_a_name_of_the_data_is_no_range_that_cannot_be_read() -> None:
    assert apart({"target": "log(price)"}) == ({}, {"target": "log(price)"})
    with pytest.raises(SettingError, match="The range of 'dropout' cannot be read"):
        apart({"dropout": "uniform(0.5)"})


def test_good_ranges_are_a_space() -> None:
    space = checked_space({"hidden": choice((64,), (128, 64)), "width": integers(8, 64, log=True)}, "The call")
    assert [one.name for one in space.dimensions] == ["hidden", "width"]


def test_values_take_the_form_of_their_setting() -> None:
    space = checked_space(
        {
            "class_weights": choice(None, "balanced"),
            "hidden": choice(64, (32, 32)),
            "augment": choice("none", "noise:0.1,swap:0.1"),
            "optimiser": choice(option("adamw", averaging=choice(None, "swa")), "sgd"),
            "clip": choice(0, 1.0),
        },
        "The call",
    )
    assert [str(one.prior) for one in space.dimensions] == [
        'choice("none", balanced)',
        "choice([64], [32, 32])",
        'choice(["none"], ["noise:0.1", "swap:0.1"])',
        'choice(adamw(averaging=choice("none", swa)), sgd)',
        'choice("none", swa)',
        "choice(0, 1.0)",
    ]
