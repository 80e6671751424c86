"""Piste trains neural networks and proves that the training is right."""

import importlib
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

# jaxlib reads this once, when it is imported. Without it, every program found in the compilation cache writes two
# false alarms of 2 kB to stderr (cpu_aot_loader), because the cached program names two tuning flags as if they
# were features of the processor. This is the only place that runs before any part of Piste imports JAX.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"

if TYPE_CHECKING:
    from piste.lint.declared import Declared
    from piste.lint.pipeline import Pipeline, Split
    from piste.lint.watching.watch import Watch
    from piste.recipe.drift import drift
    from piste.recipe.fixing import Fixed, fix
    from piste.recipe.label import compare_labels, human_baseline, label
    from piste.recipe.lens import lens
    from piste.recipe.lint import lint
    from piste.recipe.nurse import Nurse, nurse
    from piste.recipe.predict import Predicted, evaluate, predict
    from piste.recipe.rate import find_rate
    from piste.recipe.resume import resume
    from piste.recipe.retune import retune
    from piste.recipe.run import Run
    from piste.recipe.search_space import search_space
    from piste.recipe.train import train
    from piste.recipe.tune import tune
    from piste.recipe.tuned_study import Study
    from piste.recipe.view import View, view
    from piste.recipe.view_compare import compare
    from piste.sklearn import PisteClassifier, PisteRegressor
    from piste.train.finder import RateFound
    from piste.train.minimise import Minimum, minimise
    from piste.tune.priors import choice, integers, log, one_minus_log, option, uniform

__all__ = [
    "Declared",
    "Fixed",
    "Minimum",
    "Nurse",
    "Pipeline",
    "PisteClassifier",
    "PisteRegressor",
    "Predicted",
    "RateFound",
    "Run",
    "Split",
    "Study",
    "View",
    "Watch",
    "__version__",
    "choice",
    "compare",
    "compare_labels",
    "drift",
    "evaluate",
    "find_rate",
    "fix",
    "human_baseline",
    "integers",
    "label",
    "lens",
    "lint",
    "log",
    "minimise",
    "nurse",
    "one_minus_log",
    "option",
    "predict",
    "resume",
    "retune",
    "search_space",
    "train",
    "tune",
    "uniform",
    "view",
]

_MODULES = {
    "Declared": "piste.lint.declared",
    "Fixed": "piste.recipe.fixing",
    "Pipeline": "piste.lint.pipeline",
    "Split": "piste.lint.pipeline",
    "Study": "piste.recipe.tuned_study",
    "View": "piste.recipe.view",
    "Watch": "piste.lint.watching.watch",
    "Minimum": "piste.train.minimise",
    "Nurse": "piste.recipe.nurse",
    "PisteClassifier": "piste.sklearn",
    "PisteRegressor": "piste.sklearn",
    "Predicted": "piste.recipe.predict",
    "RateFound": "piste.train.finder",
    "Run": "piste.recipe.run",
    "drift": "piste.recipe.drift",
    "choice": "piste.tune.priors",
    "compare": "piste.recipe.view_compare",
    "compare_labels": "piste.recipe.label",
    "evaluate": "piste.recipe.predict",
    "find_rate": "piste.recipe.rate",
    "fix": "piste.recipe.fixing",
    "human_baseline": "piste.recipe.label",
    "integers": "piste.tune.priors",
    "label": "piste.recipe.label",
    "lens": "piste.recipe.lens",
    "lint": "piste.recipe.lint",
    "log": "piste.tune.priors",
    "minimise": "piste.train.minimise",
    "nurse": "piste.recipe.nurse",
    "one_minus_log": "piste.tune.priors",
    "option": "piste.tune.priors",
    "predict": "piste.recipe.predict",
    "resume": "piste.recipe.resume",
    "retune": "piste.recipe.retune",
    "search_space": "piste.recipe.search_space",
    "train": "piste.recipe.train",
    "tune": "piste.recipe.tune",
    "uniform": "piste.tune.priors",
    "view": "piste.recipe.view",
}


def __getattr__(name: str) -> Any:
    # JAX takes a second to import: `piste --help` and `piste.report` do without it.
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'piste' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])


class _Part(ModuleType):
    """The module of a part that has the name of a verb: calling it carries out the verb."""

    def __call__(self, *positional: Any, **keywords: Any) -> Any:
        return self._verb(*positional, **keywords)

    @property
    def __signature__(self) -> Any:
        return importlib.import_module("inspect").signature(self._verb)

    @property
    def _verb(self) -> Any:
        return __getattr__(self.__name__.rpartition(".")[2])


class _Package(ModuleType):
    """This package. `piste.train(...)` stays callable when the part `piste.train` is imported.

    Importing `piste.train.fit` makes Python bind the name `train` here to the module, over the verb.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _MODULES and type(value) is ModuleType:
            value.__class__ = _Part
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
