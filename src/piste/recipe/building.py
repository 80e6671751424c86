"""From settings and encoders to what the engine trains: a model, a loss, an optimiser and the effort."""

import math

from piste.core.records import Task
from piste.data.encoding import Encoding
from piste.nn.layer import Layer
from piste.nn.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    BinaryFocal,
    CrossEntropy,
    Focal,
    Hinge,
    Huber,
    LogCosh,
    Loss,
    Poisson,
    Quantile,
    SquaredError,
    SquaredHinge,
)
from piste.nn.metrics import METRICS, WATCHED, Watched, WholeSplit, of_exponential
from piste.nn.normalisation import Standardise
from piste.nn.own import PerExampleOnly, function_name
from piste.nn.ragged import Ragged
from piste.nn.resolve import resolve
from piste.recipe.augmentation import build_augmentations
from piste.recipe.networks import NETWORKS
from piste.recipe.settings import ModelSettings, Settings
from piste.train.averaging import Averaging
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.plateau import Plateau
from piste.train.schedules import rates
from piste.train.settings import TrainingSettings
from piste.train.timeline import Effort, steps_per_epoch

_EMA_SPAN = 0.05  # of the training's steps


def build_model(settings: ModelSettings, encoding: Encoding) -> Layer:
    """Return the network that `settings` name, for inputs and outputs as encoded."""
    shape = encoding.input_shape
    inputs: tuple[Layer, ...] = ()
    if encoding.image_shape is not None:
        inputs = (Standardise(encoding.channel_mean, encoding.channel_std),)
    elif encoding.sequence is not None and encoding.sequence.ragged:
        inputs = (Ragged(),)
    tokens = encoding.tokens.tokens if encoding.tokens else None
    return resolve(NETWORKS[settings.model or "mlp"].build(settings, encoding.outputs, shape, inputs, tokens=tokens))


def build_loss(settings: ModelSettings, task: Task | None = None) -> Loss:
    """Return the loss that `settings` name, or a person's own, its results checked."""
    if callable(settings.loss):
        return PerExampleOnly(settings.loss, "loss")
    many: dict[str, Loss] = {
        "cross-entropy": CrossEntropy(settings.smoothing),
        "focal": BinaryFocal(settings.gamma) if task is Task.MULTI_LABEL else Focal(settings.gamma),
        "hinge": Hinge(settings.margin),
        "squared-hinge": SquaredHinge(settings.margin),
        "binary-cross-entropy": BinaryCrossEntropy(),
        "squared-error": SquaredError(),
        "absolute-error": AbsoluteError(),
        "huber": Huber(settings.delta),
        "log-cosh": LogCosh(),
        "quantile": Quantile(settings.quantile),
        "poisson": Poisson(),
    }
    return many[settings.loss or "cross-entropy"]


def build_optimiser(training: TrainingSettings) -> Optimiser:
    """Return the optimiser with its safeguards; sgd with a momentum of its own is the optimiser of that name."""
    name = training.optimiser or "adamw"
    return Optimiser(
        "momentum" if name == "sgd" and training.momentum else name,
        weight_decay=training.weight_decay or 0.0,
        clip=training.clip or 0.0,
        momentum=training.momentum,
        beta2=training.beta2,
        clip_value=training.clip_value,
        l1=training.l1,
        l2=training.l2,
        decay_all=training.decay_all,
    )


def watched_metric(training: TrainingSettings, task: Task) -> Watched:
    """Return the watched metric that `training` names, or a person's own: a function, or a `WholeSplit` of one."""
    own = training.metric
    if own is None or isinstance(own, str):
        return METRICS[task][own] if own else WATCHED[task]
    if isinstance(own, WholeSplit):
        return Watched(function_name(own.compute), own, True)
    return Watched(function_name(own), PerExampleOnly(own, "metric"), True)


def build_plan(settings: Settings, encoding: Encoding, examples: int) -> Plan:
    """Return what the engine compiles, for training on so many examples."""
    training = settings.training
    metric = watched_metric(training, encoding.task).metric
    return Plan(
        model=build_model(settings.model, encoding),
        input_shape=encoding.input_shape,
        loss=build_loss(settings.model, encoding.task),
        metric=of_exponential(metric) if encoding.target_log else metric,
        optimiser=build_optimiser(training),
        augment=build_augmentations(training.augment or (), encoding),
        pieces=training.accumulate,
        plateau=build_plateau(training),
        averaging=build_averaging(training, examples),
        precision=training.precision or "float32",
        devices=training.devices or 1,
    )


def build_plateau(training: TrainingSettings) -> Plateau | None:
    """Return what lowers the rate when the validation loss stands still, where that is wanted."""
    if training.schedule != "plateau":
        return None
    return Plateau(training.plateau_patience, training.plateau_factor)


def build_averaging(training: TrainingSettings, examples: int) -> Averaging | None:
    """Return the average of the weights, where one is wanted; an `ema` spans a twentieth of the steps by default."""
    if training.averaging == "none":
        return None
    steps = (training.epochs or 1) * steps_per_epoch(examples, training.batch_size or examples)
    span = max(_EMA_SPAN * steps, 10.0)
    return Averaging(training.averaging, training.average_decay or 1.0 - 1.0 / span)


def build_effort(training: TrainingSettings, examples: int) -> Effort:
    """Return how long and at which rates to train on so many examples."""
    epochs = training.epochs or 1
    batch_size = min(training.batch_size or examples, examples)
    steps = steps_per_epoch(examples, batch_size)
    table = rates(
        training.schedule or "constant",
        training.learning_rate or 1e-3,
        epochs * steps,
        math.ceil((training.warmup or 0.0) * steps),
        cycles=training.cycles,
        final=training.final_rate,
    )
    rounds = -(-epochs * steps // (training.validate_every or steps))
    return Effort(
        epochs,
        batch_size,
        table,
        training.patience or 0,
        training.minimal_gain,
        training.stop_at,
        60.0 * training.minutes,
        average_from=min(math.ceil(training.average_start * rounds), rounds - 1),
        validate_every=training.validate_every,
    )
