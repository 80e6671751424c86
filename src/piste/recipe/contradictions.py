"""Settings that contradict the data or each other, each said in one sentence."""

from collections.abc import Collection, Mapping

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.nn.metrics import METRICS
from piste.recipe.augmentation import NONE, named
from piste.recipe.facts import Decided, Facts
from piste.recipe.networks import NETWORKS, RECURRENT, TRANSFORMERS
from piste.recipe.own_network import OWN
from piste.recipe.reading import check_reading, unfit
from piste.train.optimisers import BETA2, LBFGS, MOMENTUM
from piste.train.sharding import check_devices

LOSSES: dict[Task, tuple[str, ...]] = {
    Task.TWO_CLASS: ("cross-entropy", "focal", "hinge", "squared-hinge"),
    Task.MANY_CLASS: ("cross-entropy", "focal", "hinge", "squared-hinge"),
    Task.MULTI_LABEL: ("binary-cross-entropy", "focal"),
    Task.REGRESSION: ("squared-error", "absolute-error", "huber", "log-cosh", "quantile", "poisson"),
}
"""The losses that fit a task, the default first."""

BELONGS: dict[str, tuple[str, Collection[str]]] = {
    "spec": ("model", (OWN,)),
    "depth": ("model", ("mlp", "residual-mlp", "vgg", "resnet", "small-resnet", *RECURRENT, *TRANSFORMERS)),
    "width": ("model", ("mlp", "residual-mlp", "vgg", "resnet", "small-resnet", *RECURRENT, "text-cnn", *TRANSFORMERS)),
    "bidirectional": ("model", RECURRENT),
    "heads": ("model", TRANSFORMERS),
    "kernel": ("model", ("cnn", "text-cnn")),
    "stride": ("model", ("cnn",)),
    "smoothing": ("loss", ("cross-entropy",)),
    "gamma": ("loss", ("focal",)),
    "margin": ("loss", ("hinge", "squared-hinge")),
    "delta": ("loss", ("huber",)),
    "quantile": ("loss", ("quantile",)),
    "momentum": ("optimiser", (*MOMENTUM, "sgd")),
    "beta2": ("optimiser", BETA2),
    "final_rate": ("schedule", ("cosine", "linear", "exponential", "one-cycle")),
    "plateau_patience": ("schedule", ("plateau",)),
    "plateau_factor": ("schedule", ("plateau",)),
    "average_decay": ("averaging", ("ema",)),
    "average_start": ("averaging", ("swa",)),
}
"""Settings that mean something only where another one has one of these values."""

_MIXES = ("mixup", "cutmix")  # their targets are shares of classes


def check_fit(facts: Facts, decided: Decided, origins: Mapping[str, str]) -> None:
    """Raise `SettingError` for the first contradiction; `origins` names the settings that were given."""
    _check_network(facts, decided)
    _check_own(decided, origins)
    _check_layers(decided, origins)
    check_reading(facts, decided, origins)
    _check_task(facts, decided, "loss", LOSSES[facts.task])
    _check_task(facts, decided, "metric", METRICS[facts.task])
    _check_belonging(decided, origins)
    _check_lbfgs(decided)
    check_devices(decided["devices"])
    named(decided["augment"], len(facts.shape))
    mixed = [one for one in decided["augment"] if one != NONE and one.split(":")[0] in _MIXES]
    if mixed and decided["loss"] in ("focal", "hinge", "squared-hinge"):
        raise SettingError(
            f"The augmentation '{mixed[0]}' blends classes, and the loss '{decided['loss']}' needs whole ones. "
            "Choose --loss cross-entropy, or leave it out."
        )
    if decided["class_weights"] != "none" and facts.task not in (Task.TWO_CLASS, Task.MANY_CLASS):
        raise SettingError(f"Class weights need classes, and the target is {facts.task}. Leave --class-weights out.")


def _check_network(facts: Facts, decided: Decided) -> None:
    name, network = decided["model"], NETWORKS[decided["model"]]
    if facts.inputs not in network.takes:
        raise SettingError(unfit(name, facts))
    if facts.pictures and min(facts.shape[:2]) < network.least:
        raise SettingError(
            f"The model '{name}' needs pictures of at least {network.least} pixels, and these have "
            f"{min(facts.shape[:2])}. Choose --model cnn or mlp, or enlarge them with --image-size {network.least}."
        )
    if decided["depth"] is not None and network.depths and decided["depth"] not in network.depths:
        known = ", ".join(map(str, network.depths))
        raise SettingError(f"The model '{name}' has a depth of {known}. Got {decided['depth']} instead.")


def _check_own(decided: Decided, origins: Mapping[str, str]) -> None:
    if decided["model"] != OWN:
        return
    if decided["spec"] is None:
        raise SettingError("The model 'own' needs its layers: give the JSON file that describes them with --spec.")
    for setting in ("hidden", "activation", "dropout", "batch_norm"):
        if origins.get(setting, "default") != "default":
            raise SettingError(
                f"The '{setting}' setting is for the networks by name, and the spec describes every layer. "
                f"Leave --{setting.replace('_', '-')} out, or change the spec."
            )


def _check_layers(decided: Decided, origins: Mapping[str, str]) -> None:
    given = [one for one in ("hidden", "width", "depth") if origins.get(one, "default") != "default"]
    twice = len(given) > 1 and given[0] == "hidden"
    if twice and decided["model"] == "mlp":
        raise SettingError(
            "The layers of an mlp are given by --hidden, or by --width and --depth, not by both. "
            f"Leave --{given[1]} out."
        )
    if twice and decided["model"] == "residual-mlp" and "width" in given:
        raise SettingError(
            "The blocks of a residual-mlp are as wide as --width or --hidden says. Leave one of them out."
        )


def _check_task(facts: Facts, decided: Decided, setting: str, fitting: Collection[str]) -> None:
    value = decided[setting]
    if not callable(value) and value not in fitting:
        raise SettingError(
            f"The {setting} '{value}' does not fit a {facts.task} target, which needs {' or '.join(fitting)}. "
            f"Leave --{setting} out, or say with --task what is predicted."
        )


def _check_belonging(decided: Decided, origins: Mapping[str, str]) -> None:
    for setting, (other, values) in BELONGS.items():
        if origins.get(setting, "default") != "default" and decided[setting] and decided[other] not in values:
            flag = setting.replace("_", "-")
            *others, last = values
            known = f"{', '.join(others)} or {last}" if others else last
            raise SettingError(
                f"The '{setting}' setting belongs to the {other} {known}, and the {other} is "
                f"'{decided[other]}'. Leave --{flag} out, or choose another --{other}."
            )


def _check_lbfgs(decided: Decided) -> None:
    if decided["optimiser"] != LBFGS:
        return
    unfit = {
        "batch_size": "needs the full batch, --batch-size 0",
        "dropout": "compares losses, which dropout would change at random: set --dropout 0",
        "weight_decay": "has no decoupled decay: use --l2",
        "clip": "does not clip, its line search bounds the steps: set --clip 0",
        "clip_value": "does not clip, its line search bounds the steps: set --clip-value 0",
    }
    for setting, why in unfit.items():
        if decided[setting]:
            raise SettingError(f"The optimiser lbfgs {why}.")
    if decided["accumulate"] > 1:
        raise SettingError("The optimiser lbfgs takes the batch whole: set --accumulate 1.")
    if tuple(decided["augment"]) not in ((), (NONE,)):
        raise SettingError("The optimiser lbfgs compares losses, which augmentation would change: leave --augment out.")
