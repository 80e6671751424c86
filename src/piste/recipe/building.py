"""From settings and encoders to what the engine trains: a model, a loss, an optimiser and the effort."""

import math

from piste.core.records import Task
from piste.data.encoding import Encoding
from piste.nn.layer import Layer
from piste.nn.losses import BinaryCrossEntropy, CrossEntropy, Huber, Loss, SquaredError
from piste.nn.metrics import WATCHED
from piste.nn.normalisation import Standardise
from piste.nn.resolve import resolve
from piste.nn.zoo.cnn import cnn
from piste.nn.zoo.mlp import mlp
from piste.recipe.settings import ModelSettings, Settings
from piste.train.optimisers import Optimiser
from piste.train.program import Plan
from piste.train.schedules import rates
from piste.train.settings import TrainingSettings
from piste.train.timeline import Effort, steps_per_epoch


def outputs_of(encoding: Encoding) -> int:
    """Return how many outputs the network has: one per class, label or number."""
    classes = encoding.task in (Task.TWO_CLASS, Task.MANY_CLASS)
    return len(encoding.classes) if classes else len(encoding.target_names)


def build_model(settings: ModelSettings, encoding: Encoding) -> Layer:
    """Return the network that `settings` name, for inputs and outputs as encoded."""
    shape, count = encoding.input_shape, outputs_of(encoding)
    hidden, dropout, batch_norm = settings.hidden or (), settings.dropout or 0.0, bool(settings.batch_norm)
    inputs = (Standardise(encoding.channel_mean, encoding.channel_std),) if len(shape) == 3 else ()
    if settings.model == "cnn" and len(shape) == 3:
        size = (shape[0], shape[1], shape[2])
        options = {"activation": settings.activation, "dropout": dropout, "batch_norm": batch_norm}
        return resolve(cnn(count, size, hidden, inputs=inputs, **options))  # type: ignore[arg-type]
    return resolve(
        mlp(
            count,
            hidden,
            activation=settings.activation,
            dropout=dropout,
            batch_norm=batch_norm,
            flatten=len(shape) > 1,
            inputs=inputs,
        )
    )


def build_loss(settings: ModelSettings) -> Loss:
    """Return the loss that `settings` name."""
    match settings.loss:
        case "binary-cross-entropy":
            return BinaryCrossEntropy()
        case "squared-error":
            return SquaredError()
        case "huber":
            return Huber()
        case _:
            return CrossEntropy(settings.smoothing)


def build_plan(settings: Settings, encoding: Encoding) -> Plan:
    """Return what the engine compiles."""
    training = settings.training
    optimiser = Optimiser(training.optimiser or "adamw", training.weight_decay or 0.0, training.clip or 0.0)
    model, loss = build_model(settings.model, encoding), build_loss(settings.model)
    return Plan(model, encoding.input_shape, loss, WATCHED[encoding.task].metric, optimiser)


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
    )
    return Effort(
        epochs,
        batch_size,
        table,
        training.patience or 0,
        training.minimal_gain,
        training.stop_at,
        60.0 * training.minutes,
    )
