"""What is chosen from the data where a setting is left out: each choice with its reason, in words and numbers.

A rule is a function of the facts and of what is decided already to (value, reason). Adding a setting that is
chosen is adding one line to `RULES`.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from piste.core.records import Choice, Task
from piste.nn.metrics import METRICS
from piste.recipe import computing_defaults, descent_defaults, reading
from piste.recipe.augmentation import NONE
from piste.recipe.contradictions import LOSSES, check_fit
from piste.recipe.facts import MANY, Decided, Facts, Rule
from piste.recipe.networks import RECURRENT, TRANSFORMERS, sees_pictures
from piste.recipe.own_network import OWN, spec_of
from piste.recipe.reading import IN_ORDER_DROPOUT
from piste.recipe.settings import FUNCTION, SECTIONS, Settings, recorded
from piste.train.optimisers import LBFGS


def decide(settings: Settings, origins: Mapping[str, str], facts: Facts) -> tuple[Settings, tuple[Choice, ...]]:
    """Return the settings with nothing left open in model and training, and every setting as a choice.

    `origins` says where a setting that is not a default came from. Raises `SettingError` for settings that
    contradict the data or each other.
    """
    given = [getattr(settings, section) for section in SECTIONS]
    # What was given is known to every rule, in whichever order the settings stand.
    decided: dict[str, Any] = {
        field.name: value
        for part in given
        for field in dataclasses.fields(part)
        if (value := getattr(part, field.name)) is not None
    }
    choices: list[Choice] = []
    for section in SECTIONS:
        for field in dataclasses.fields(SECTIONS[section]):
            value = getattr(getattr(settings, section), field.name)
            origin, reason = origins.get(field.name, "default"), ""
            if value is None and field.name in RULES:
                value, reason = RULES[field.name](facts, decided)
                origin = "default"
            if field.name == "spec" and value is not None:
                # A file may change: what is kept is the spec that it holds now.
                decided[field.name] = spec_of(value)
                value = value if isinstance(value, str) else decided[field.name]
            else:
                decided[field.name] = value
            origin = FUNCTION if callable(value) or isinstance(value, Mapping) else origin
            choices.append(Choice(field.name, recorded(value), origin, reason))
    check_fit(facts, decided, origins)
    parts = {
        name: kind(**{field.name: decided[field.name] for field in dataclasses.fields(kind)})
        for name, kind in SECTIONS.items()
    }
    return Settings(**parts), tuple(choices)


def _model(facts: Facts, decided: Decided) -> tuple[str, str]:
    if "spec" in decided:
        return OWN, "it is described by the spec"
    if facts.pictures and min(facts.shape[:2]) >= 6:
        return "cnn", "the inputs are pictures, where neighbouring pixels belong together"
    if facts.inputs == "sequences" and facts.shape[0] >= 6:
        return "cnn", "the inputs are sequences, where neighbouring steps belong together"
    if facts.inputs == "texts" and facts.rows < MANY:
        # On 1,400 film reviews 85 % of the validation texts were right, against 74 % for a text-cnn (docs/data.md).
        return "mlp", f"{facts.rows:,} texts are too few to learn what words mean: a bag of words says more"
    if facts.inputs == "texts":
        return "text-cnn", "the inputs are texts, and a few words in a row often say what they are about"
    return "mlp", "the inputs are columns of a table, without an order between them"


_UNSIZED = {
    OWN: "the layers are those of the spec",
    "linear": "a linear model has no hidden layer",
    "lenet": "the layers of LeNet-5 are those of its authors",
    "resnet": "its stages follow from depth and width",
    "small-resnet": "its stages follow from depth and width",
    **dict.fromkeys((*RECURRENT, *TRANSFORMERS), "its layers follow from depth and width"),
    "text-cnn": "its windows follow from kernel and width",
}


def _hidden(facts: Facts, decided: Decided) -> tuple[tuple[int, ...], str]:
    if decided["model"] in _UNSIZED:
        return (), f"{_UNSIZED[decided['model']]}"
    if decided["model"] == "mlp":
        return _layers(facts, decided)
    if decided["model"] == "residual-mlp":
        width = decided.get("width")
        return (width or 128,), "as wide as width says" if width else "the width of its blocks"
    if decided["model"] == "vgg":
        return (512,), "the authors' 4,096 twice were for a thousand classes"
    return _stages(facts)


def _layers(facts: Facts, decided: Decided) -> tuple[tuple[int, ...], str]:
    usual, reason = _usual_layers(facts)
    width, depth = decided.get("width"), decided.get("depth")
    if width is None and depth is None:
        return usual, reason
    return (width or usual[0],) * (depth or len(usual)), "as wide, and as many, as width and depth say"


def _usual_layers(facts: Facts) -> tuple[tuple[int, ...], str]:
    size = f"{facts.rows:,} examples to learn from"
    if facts.task is Task.REGRESSION:
        return (256, 256), "a number is fitted more finely by wide layers, which weight decay keeps in check"
    if facts.rows < 1_000:
        return (64, 64), f"only {size}"
    if facts.rows < MANY:
        return (128, 128), size
    if facts.pictures:
        return (512, 512), f"{size}, and every pixel counts by itself"
    return (256, 256), size


def _stages(facts: Facts) -> tuple[tuple[int, ...], str]:
    side = min(facts.shape[:-1] or facts.shape)
    halvings = max(int(math.log2(side / 3)), 2)
    if facts.inputs == "sequences":
        return (32, 64, *(128,) * 10)[
            :halvings
        ], f"one stage per halving, as long as at least 3 of the {side:,} steps are left"
    # Two thirds of the work is in the first stages, where the maps are large: large pictures start narrower.
    widths = (16, 32, 64, 128, 256, 256, 256) if side >= 64 else (32, 64, 128, 128)
    return widths[:halvings], f"one stage per halving, as long as the maps of {side} pixels stay at least 3x3"


def _dropout(facts: Facts, decided: Decided) -> tuple[float, str]:
    if decided["model"] == OWN:
        return 0.0, _UNSIZED[OWN]
    if not decided["hidden"] and decided["model"] not in IN_ORDER_DROPOUT:
        return 0.0, "there is no hidden layer of chosen width"
    if decided.get("optimiser") == LBFGS:
        return 0.0, "L-BFGS compares losses, which dropout would change at random"
    if decided["model"] in IN_ORDER_DROPOUT:
        return IN_ORDER_DROPOUT[decided["model"]], "against learning the train split by heart"
    if sees_pictures(facts, decided):
        return 0.3, "before the last layer, against learning the train split by heart"
    if facts.task is Task.REGRESSION:
        return 0.1, "a little, against learning the train split by heart; more would bias the predicted numbers"
    if facts.rows >= MANY:
        return 0.4, "against learning the train split by heart, with wide layers"
    return 0.2, "against learning the train split by heart"


FEW_COLUMNS = 3
"""Columns up to which a network learns more without batch norm (docs/log.md)."""


def _batch_norm(facts: Facts, decided: Decided) -> tuple[bool, str]:
    if decided["model"] == OWN:
        return False, _UNSIZED[OWN]
    if decided["model"] in IN_ORDER_DROPOUT:
        return False, f"no layer of the model '{decided['model']}' has it"
    if decided.get("optimiser") == LBFGS:
        return False, "its running averages would lag behind the long steps of L-BFGS"
    if facts.task is Task.REGRESSION and not sees_pictures(facts, decided):
        return False, "the batch's own statistics add noise to a predicted number"
    if facts.inputs == "table" and facts.shape[0] <= FEW_COLUMNS and decided["model"] == "mlp":
        return (
            False,
            f"with at most {FEW_COLUMNS} columns the first units, their biases gone, would all bend in one place",
        )
    return True, "training is quicker, and less sensitive to the learning rate"


def _bins(facts: Facts, decided: Decided) -> tuple[int, str]:
    if facts.rows >= MANY and facts.inputs == "table" and decided["model"] != "linear":
        return 32, f"{facts.rows:,} examples fill the bins, and steps at a threshold become easy to learn"
    return 0, "numbers are given to the network as they are, standardised"


def _loss(facts: Facts, decided: Decided) -> tuple[str, str]:
    return LOSSES[facts.task][0], f"the target is {facts.task}"


def _epochs(facts: Facts, decided: Decided) -> tuple[int, str]:
    # Batches of the size that will be chosen below: more examples need fewer passes for the same number of steps.
    if sees_pictures(facts, decided):
        epochs = round(min(max(60_000 / max(facts.rows, 1), 8), 40))
    elif facts.task is Task.REGRESSION:
        epochs = round(min(max(100_000 / max(facts.rows, 1), 20), 200))
    else:
        epochs = round(min(max(400_000 / max(facts.rows, 1), 20), 300))
    return epochs, f"{facts.rows:,} examples are seen {epochs * facts.rows:,} times in all, at most"


def _metric(facts: Facts, decided: Decided) -> tuple[str, str]:
    return next(iter(METRICS[facts.task])), f"usual for a {facts.task} target"


# Measured at equal epochs (docs/log.md): with 1,000 to 2,000 pictures of 28 and 32 pixels, shifts by 2 gain 1 and
# 5 points; with pictures of 8 pixels nothing.
_SHIFTED_SIDE, _SHIFTED_ROWS = 16, 100_000


def _augment(facts: Facts, decided: Decided) -> tuple[tuple[str, ...], str]:
    if not facts.pictures:
        return (NONE,), "which changes of a row leave its target the same, only who knows the data can say"
    if facts.task is Task.REGRESSION:
        return (NONE,), "the number may depend on where in the picture things are"
    side = min(facts.shape[:2])
    if not sees_pictures(facts, decided) or decided.get("optimiser") == LBFGS:
        return (NONE,), "only a convolutional net trained in small batches was measured to gain from shifted pictures"
    if side < _SHIFTED_SIDE:
        return (NONE,), f"in pictures of {side} pixels a shift by one changes what they show"
    if facts.rows >= _SHIFTED_ROWS:
        return (NONE,), f"{facts.rows:,} pictures are varied enough"
    return (f"shift:{round(side / 16)}",), "the same thing a little aside is the same thing; flips are for you to allow"


RULES: dict[str, Rule] = {
    "model": _model,
    "hidden": _hidden,
    "dropout": _dropout,
    "batch_norm": _batch_norm,
    "bins": _bins,
    "length": reading.length,
    "loss": _loss,
    "epochs": _epochs,
    "batch_size": descent_defaults.batch_size,
    "learning_rate": descent_defaults.learning_rate,
    "optimiser": descent_defaults.optimiser,
    "weight_decay": descent_defaults.weight_decay,
    "clip": descent_defaults.clip,
    "schedule": descent_defaults.schedule,
    "warmup": descent_defaults.warmup,
    "patience": descent_defaults.patience,
    "precision": computing_defaults.precision,
    "devices": computing_defaults.devices,
    "augment": _augment,
    "metric": _metric,
}
"""Every setting that is chosen when it is left out."""
