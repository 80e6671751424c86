from typing import Any

import pytest

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.recipe.contradictions import BELONGS, LOSSES
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.settings import from_keywords

CLASSES, NUMBERS = Facts(Task.MANY_CLASS, 5_000, (20,)), Facts(Task.REGRESSION, 100, (3,))
LABELS = Facts(Task.MULTI_LABEL, 500, (3,))


def decided(facts: Facts, **given: Any) -> None:
    decide(from_keywords(given, "the test"), dict.fromkeys(given, "python"), facts)


@pytest.mark.parametrize(
    ("facts", "given", "message"),
    [
        (CLASSES, {"model": "cnn"}, "needs pictures"),
        (
            CLASSES,
            {"loss": "squared-error"},
            "loss 'squared-error' does not fit a many-class target, which needs cross",
        ),
        (NUMBERS, {"metric": "accuracy"}, "metric 'accuracy' does not fit a regression target, which needs rmse or"),
        (
            NUMBERS,
            {"smoothing": 0.1},
            "'smoothing' setting belongs to the loss cross-entropy, and the loss is 'squared",
        ),
        (CLASSES, {"quantile": 0.9}, "'quantile' setting belongs"),
        (
            CLASSES,
            {"optimiser": "adagrad", "momentum": 0.9},
            "belongs to the optimiser momentum, .* is 'adagrad'. Leave --mom",
        ),
        (CLASSES, {"plateau_patience": 3}, "Leave --plateau-patience out"),
        (CLASSES, {"average_decay": 0.9}, "belongs to the averaging ema, and the averaging is 'none'"),
        (
            CLASSES,
            {"schedule": "constant", "final_rate": 0.1},
            "belongs to the schedule cosine, linear, exponential or one-cycle, and",
        ),
        (NUMBERS, {"class_weights": "balanced"}, "Class weights need classes"),
        (CLASSES, {"loss": "hinge", "augment": ("mixup",)}, "blends classes, and the loss 'hinge' needs whole ones"),
        (CLASSES, {"optimiser": "lbfgs", "batch_size": 32}, "needs the full batch, --batch-size 0"),
        (CLASSES, {"optimiser": "lbfgs", "dropout": 0.2}, "set --dropout 0"),
        (CLASSES, {"optimiser": "lbfgs", "weight_decay": 0.2}, "use --l2"),
        (CLASSES, {"optimiser": "lbfgs", "accumulate": 2}, "set --accumulate 1"),
        (CLASSES, {"optimiser": "lbfgs", "augment": ("noise",)}, "leave --augment out"),
    ],
)
def test_a_contradiction_is_one_sentence(facts: Facts, given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        decided(facts, **given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("facts", [CLASSES, NUMBERS, LABELS])
def test_every_loss_of_the_task_fits_alone(facts: Facts) -> None:
    for loss in LOSSES[facts.task]:
        decided(facts, loss=loss)


def test_what_belongs_together_is_taken() -> None:
    decided(CLASSES, loss="focal", gamma=1.0)
    decided(NUMBERS, loss="quantile", quantile=0.9)
    decided(CLASSES, optimiser="muon", momentum=0.9, beta2=0.99)
    decided(CLASSES, schedule="plateau", plateau_patience=2, plateau_factor=0.5)
    decided(CLASSES, averaging="swa", average_start=0.5)
    decided(CLASSES, optimiser="lbfgs", l2=0.1)


def test_every_setting_that_belongs_somewhere_is_a_setting() -> None:
    known = decide(from_keywords({}, "the test"), {}, CLASSES)[1]
    names = {choice.setting for choice in known}
    assert set(BELONGS) | {other for other, _ in BELONGS.values()} <= names
