"""The network that the controls show as lines of Python: the same data, the same division, the same training."""

from piste.core.records import Task
from piste.play.settings import PASTED, PlaySettings
from piste.play.table import data_settings
from piste.play.training import settings_of
from piste.recipe.settings import Settings

_ENOUGH = 200  # epochs
_MODEL = ("model", "hidden", "activation", "batch_norm", "dropout", "bins", "loss")
_TRAINING = (
    *("optimiser", "learning_rate", "batch_size", "schedule", "warmup"),
    *("weight_decay", "l1", "l2", "clip", "patience"),
)


def python(play: PlaySettings, task: Task) -> str:
    """Return a program that trains what the controls show, with `piste.train`."""
    if play.made:
        problem = f'points, labels = drawn("{play.problem}", noise={play.noise:g}, seed={play.seed})'
        before = ["from piste.play.problems import drawn, featured", "", problem]
        data = f"(featured(points, {play.features!r}), labels)"
    else:
        before, data = [""], '"table.csv"' if play.problem == PASTED else f'"{play.problem}"'
    given = _given(settings_of(play, task)) | {"split": data_settings(play).split, "epochs": _ENOUGH}
    lines = [f"    {name}={value!r}," for name, value in given.items()]
    return "\n".join(["import piste", *before, "run = piste.train(", f"    {data},", *lines, ")", "print(run)", ""])


def _given(settings: Settings) -> dict[str, object]:
    of_model = {name: getattr(settings.model, name) for name in _MODEL}
    of_training = {name: getattr(settings.training, name) for name in _TRAINING}
    return {**of_model, **of_training, "seed": settings.data.seed}
