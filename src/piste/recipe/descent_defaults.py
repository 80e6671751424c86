"""How the steps down are made where it is left out: optimiser, rate, schedule and what goes with them."""

from piste.core.records import Task
from piste.recipe.facts import MANY, Decided, Facts
from piste.recipe.networks import sees_pictures
from piste.train.optimisers import LBFGS
from piste.train.timeline import steps_per_epoch

_RATES = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "adagrad": 0.02, "adadelta": 1.0, LBFGS: 1.0}
_LION = 0.2  # of an Adam-family rate: its steps have the size of the rate in every weight (Chen et al. 2023, sec. 5)


def optimiser(facts: Facts, decided: Decided) -> tuple[str, str]:
    """Return the optimiser."""
    return "adamw", "works on most data without tuning, and its weight decay does not depend on the gradients' size"


def batch_size(facts: Facts, decided: Decided) -> tuple[int, str]:
    """Return the examples per step."""
    if decided.get("optimiser") == LBFGS:
        return 0, "L-BFGS compares losses of one and the same batch: the whole train split"
    size = 16 if facts.rows < 500 else 32 if facts.rows < 5_000 else 64 if facts.rows < 20_000 else 128
    if sees_pictures(facts, decided):
        size = min(size, 64)
    return size, f"about {max(facts.rows // size, 1):,} steps an epoch"


def learning_rate(facts: Facts, decided: Decided) -> tuple[float, str]:
    """Return the highest rate."""
    name = decided.get("optimiser", "adamw")
    if name == LBFGS:
        return 1.0, "the line search of L-BFGS finds the length of each step"
    if name in _RATES:
        return _RATES[name], f"usual for {name}"
    if name == "lion":
        rate, reason = _adam_rate(facts, decided)
        return _LION * rate, f"a fifth of what is {reason}"
    return _adam_rate(facts, decided)


def _adam_rate(facts: Facts, decided: Decided) -> tuple[float, str]:
    if sees_pictures(facts, decided):
        return 3e-3, "usual for a convolutional net with batch norm and an Adam-family optimiser"
    if decided["batch_norm"] and facts.rows < MANY:
        return 2e-3, "usual with batch norm and an Adam-family optimiser"
    return 1e-3, "usual for an Adam-family optimiser"


def weight_decay(facts: Facts, decided: Decided) -> tuple[float, str]:
    """Return the decoupled decay."""
    if decided["optimiser"] == LBFGS:
        return 0.0, "decay would move the weights past the line search; a penalty (--l2) is part of it"
    if facts.task is Task.REGRESSION and facts.rows < MANY:
        decay = 0.3 if facts.rows < 1_000 else 1.0
        return decay, "a firm pull of the weights to zero keeps the fitted function smooth"
    return 0.01, "a light pull of the weights to zero"


def clip(facts: Facts, decided: Decided) -> tuple[float, str]:
    """Return the largest norm of the gradient."""
    if decided["optimiser"] == LBFGS:
        return 0.0, "the line search keeps steps in bounds"
    if facts.task is Task.REGRESSION:
        return 5.0, "one far outlier of the target cannot throw the weights off"
    return 0.0, "the loss of a class cannot explode, so gradients are left as they are"


def schedule(facts: Facts, decided: Decided) -> tuple[str, str]:
    """Return the schedule's name."""
    if decided["optimiser"] == LBFGS:
        return "constant", "the line search finds the length of each step"
    if decided.get("averaging") == "swa":
        return "constant", "the average of weights that go on moving does what a falling rate would do"
    return "cosine", "large steps first, small ones to settle"


def warmup(facts: Facts, decided: Decided) -> tuple[float, str]:
    """Return the epochs of the warm-up."""
    if decided["optimiser"] == LBFGS:
        return 0.0, "the line search is careful by itself"
    if decided["schedule"] == "one-cycle":
        return 0.0, "the one-cycle schedule has a rise of its own"
    epochs = round(0.05 * decided["epochs"], 2)
    return epochs, "a twentieth of the training, until the optimiser's averages have settled"


def patience(facts: Facts, decided: Decided) -> tuple[int, str]:
    """Return the validations without a better loss after which training stops."""
    validations, noun = decided["epochs"], "epochs"
    if decided["validate_every"]:
        steps = decided["epochs"] * steps_per_epoch(facts.rows, decided["batch_size"] or facts.rows)
        validations, noun = steps // decided["validate_every"], "validations"
    most = max(validations // 4, 10)
    if decided["schedule"] == "plateau" and most <= 3 * decided["plateau_patience"]:
        return 3 * decided["plateau_patience"] + 1, "three falls of the rate in a row have not helped"
    return most, f"so many {noun} without a better validation loss are a sign that none will come"
