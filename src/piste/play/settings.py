"""What a person has chosen in the playground."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from piste.core.errors import SettingError
from piste.core.settings import Range, check, from_mapping
from piste.play.problems import FEATURES, PROBLEMS

BUNDLED = ("iris", "wine", "breast-cancer", "diabetes")
PASTED = "pasted"
LONGEST_TABLE = 1 << 20  # characters of a pasted one
LAYERS, UNITS = 6, 16

Activation = Literal["tanh", "relu", "sigmoid", "linear", "leaky_relu", "elu", "gelu", "silu"]


@dataclass(frozen=True)
class PlaySettings:
    """One state of all controls.

    Attributes
    ----------
    problem
        A made problem (`problems.PROBLEMS`), a bundled data set, or "pasted" for `table`.
    table
        Text of a pasted table, its first line the names, its last column the target.
    features
        Inputs of a made problem (`problems.FEATURES`).
    axes
        The two columns that span the plane of a real table; the two principal directions where left out.
    noise
        How noisy a made problem is; on a real table, the deviation of noise on the train split's inputs, in theirs.
    train_share
        Share of the examples that are trained on. The others only judge.
    penalty, strength
        Regularisation of the weights: `l1` or `l2` (half the square), and its factor.
    """

    problem: str = "circles"
    table: str = ""
    features: tuple[str, ...] = ("x1", "x2")
    axes: tuple[str, ...] = ()
    noise: Annotated[float, Range(0.0, 1.0)] = 0.0
    train_share: Annotated[float, Range(0.1, 0.9)] = 0.5
    batch_size: Annotated[int, Range(1, 1024)] = 10
    hidden: Annotated[tuple[int, ...], Range(1, UNITS)] = (4, 2)
    activation: Activation = "tanh"
    optimiser: Literal["sgd", "momentum", "rmsprop", "adam"] = "sgd"
    learning_rate: Annotated[float, Range(1e-6, 100.0)] = 0.03
    penalty: Literal["none", "l1", "l2"] = "none"
    strength: Annotated[float, Range(0.0, 100.0)] = 0.0
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0

    @property
    def made(self) -> bool:
        """Whether the problem is a made one, in two coordinates."""
        return self.problem in PROBLEMS


def play_settings(given: Mapping[str, Any]) -> PlaySettings:
    """Return the settings with the controls in `given`; raises `SettingError` for what cannot be."""
    settings = from_mapping(PlaySettings, dict(given), "the playground")
    check(settings)
    known = (*PROBLEMS, *BUNDLED, PASTED)
    if settings.problem not in known:
        raise SettingError(f"The problem must be one of {', '.join(known)}. Got {settings.problem[:40]!r} instead.")
    if len(settings.hidden) > LAYERS:
        raise SettingError(f"The playground has room for {LAYERS} hidden layers. Got {len(settings.hidden)} instead.")
    if len(settings.table) > LONGEST_TABLE:
        raise SettingError(
            f"A pasted table may have {LONGEST_TABLE:,} characters. Got {len(settings.table):,} instead."
        )
    if settings.made:
        wrong = [name for name in settings.features if name not in FEATURES]
        if wrong or not settings.features:
            got = repr(wrong[0][:40]) if wrong else "none"
            raise SettingError(f"The features must be some of {', '.join(FEATURES)}. Got {got} instead.")
    if len(settings.axes) not in (0, 2):
        raise SettingError(f"A plane has two axes. Got {len(settings.axes)} instead.")
    return dataclasses.replace(settings, features=tuple(sorted(set(settings.features), key=list(FEATURES).index)))
