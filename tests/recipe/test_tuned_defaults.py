from typing import Any

import pytest

from piste.core.records import Task
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.settings import from_keywords
from piste.recipe.tuned_defaults import default_space
from piste.recipe.tuning_space import checked_space
from piste.tune.samplers.independent import sobol

KINDS = {
    "classes": Facts(Task.MANY_CLASS, 1_000, (4,)),
    "numbers": Facts(Task.REGRESSION, 20_000, (7,)),
    "labels": Facts(Task.MULTI_LABEL, 500, (7,)),
    "pictures": Facts(Task.MANY_CLASS, 2_000, (28, 28, 1)),
    "sequences": Facts(Task.MANY_CLASS, 4_000, (40, 1)),
    "texts": Facts(Task.TWO_CLASS, 20_000, (1,), lengths={"words": 100, "characters": 400}),
    "few": Facts(Task.TWO_CLASS, 60, (2,)),
}
GIVEN: list[dict[str, Any]] = [
    {}, {"model": "linear"}, {"hidden": (8,)}, {"dropout": 0.2}, {"optimiser": "sgd"}, {"loss": "focal"}
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_every_trial_of_a_default_space_can_be_trained(kind: str, given: dict[str, Any]) -> None:
    facts = KINDS[kind]
    if "loss" in given and facts.task is Task.REGRESSION:
        given = {"loss": "huber"}
    origins = dict.fromkeys(given, "command")
    settings, _ = decide(from_keywords(given, "The call"), origins, facts)
    proposed = default_space(facts, settings, given)
    assert not {one.name for one in proposed} & set(given)
    assert all(one.why for one in proposed)
    space = checked_space({one.name: one.prior for one in proposed}, "The call")
    for places in sobol(space, range(16), 0).tolist():
        values = {**given, **space.point(places)}
        decide(from_keywords(values, "The call"), dict.fromkeys(values, "command"), facts)


def test_the_rate_is_searched_by_its_logarithm_round_the_usual_one() -> None:
    settings, _ = decide(from_keywords({}, "The call"), {}, KINDS["classes"])
    rate = next(one for one in default_space(KINDS["classes"], settings, {}) if one.name == "learning_rate")
    assert str(rate.prior) == "log(0.0001, 0.04)"
    assert settings.training.learning_rate == 0.002


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("classes", {"width", "depth", "activation", "dropout", "smoothing", "weight_decay", "momentum"}),
        ("pictures", {"hidden", "activation", "dropout", "smoothing"}),
        ("texts", {"width", "dropout", "smoothing"}),
        ("numbers", {"width", "depth", "dropout"}),
    ],
)
def test_what_is_searched_depends_on_the_kind_of_data(kind: str, names: set[str]) -> None:
    settings, _ = decide(from_keywords({}, "The call"), {}, KINDS[kind])
    found = {one.name for one in default_space(KINDS[kind], settings, {})}
    assert names <= found
    assert ("smoothing" in found) == ("smoothing" in names)
