"""Faults in the network and where it starts."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.faultbench.faults.fault import Fault
from benchmarks.faultbench.programs import networks, sequences, tables
from benchmarks.faultbench.programs.tables import parted
from benchmarks.faultbench.training import Forward, Training, on_inputs

Tree = dict[str, Any]


@lru_cache(maxsize=64)
def restarted(init: Any, change: Callable[[str, str, Any], Any]) -> Any:
    """Return a start in which `change(layer, leaf, value)` was applied to every leaf."""

    def start(seed: int) -> tuple[Any, Any]:
        params, stats = init(seed)
        return {
            name: {leaf: change(name, leaf, value) for leaf, value in one.items()} for name, one in params.items()
        }, stats

    return start


def constant_start(name: str, leaf: str, value: Any) -> Any:
    """Return a constant for the kernels before the head."""
    return jnp.full_like(value, 0.1) if leaf in ("kernel", "weight") and name != "head" else value


def zero_start(name: str, leaf: str, value: Any) -> Any:
    """Return zeros for every kernel."""
    return jnp.zeros_like(value) if leaf in ("kernel", "weight") else value


@lru_cache(maxsize=8)
def times(factor: float, head: bool) -> Callable[[str, str, Any], Any]:
    """Return what multiplies the kernels of the head, or those before it."""
    return lambda name, leaf, value: value * factor if leaf == "kernel" and (name == "head") == head else value


def positive_start(name: str, leaf: str, value: Any) -> Any:
    """Return kernels uniform from 0 to 1."""
    return jax.random.uniform(jax.random.key(value.size), value.shape) if leaf == "kernel" else value


def dead_start(name: str, leaf: str, value: Any) -> Any:
    """Return biases at which ReLU is silent."""
    return value - 8.0 if leaf == "bias" and name != "head" else value


def start_with(change: Callable[[str, str, Any], Any]) -> Callable[[Training, Any], Training]:
    """Return the planting of another start."""
    return lambda training, _: replace(training, init=restarted(training.init, change))


def scaled_start(training: Training, factor: float) -> Training:
    """Multiply the kernels before the head."""
    return replace(training, init=restarted(training.init, times(factor, False)))


def sure_start(training: Training, factor: float) -> Training:
    """Multiply the kernel of the head."""
    return replace(training, init=restarted(training.init, times(factor, True)))


@lru_cache(maxsize=128)
def then(forward: Forward, after: Callable[[Any], Any]) -> Forward:
    """Return the network with its outputs changed."""

    def changed(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        outputs, stats = forward(params, stats, inputs, key)
        return after(outputs), stats

    return changed


@lru_cache(maxsize=128)
def through(forward: Forward, before: Callable[[Any], Any]) -> Forward:
    """Return the network with its inputs changed."""
    return lambda params, stats, inputs, key: forward(params, stats, before(inputs), key)


@lru_cache(maxsize=128)
def with_params(forward: Forward, before: Callable[[Any], Any]) -> Forward:
    """Return the network with its parameters changed on the way."""
    return lambda params, stats, inputs, key: forward(before(params), stats, inputs, key)


def softmaxed(outputs: Any) -> Any:
    """Return probabilities."""
    return jax.nn.softmax(outputs, axis=-1)


ENDS: dict[str, Callable[[Any], Any]] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "softmax": softmaxed,
    "round": jnp.round,
}


def ended(training: Training, name: str) -> Training:
    """Put an activation behind the head."""
    return replace(training, forward=then(training.forward, ENDS[name]))


def one_less(outputs: Any) -> Any:
    """Return outputs for all classes but the last."""
    return outputs[..., :-1]


def one_alone(outputs: Any) -> Any:
    """Return the first output alone, as (B, 1)."""
    return outputs[..., :1]


def cut_off(training: Training, end: Callable[[Any], Any]) -> Training:
    """Have fewer outputs than classes."""
    return replace(training, forward=then(training.forward, end))


def deep(training: Training, layers: int) -> Training:
    """Stack layers of sigmoid."""
    width, classes = np.asarray(training.train.inputs).shape[1], training.classes
    init = tables.starts(networks.mlp_init, (width, *([16] * layers), classes), 1.0)
    return replace(training, init=init, forward=networks.mlp("sigmoid"), two_modes=False)


def exploding(training: Training, factor: float) -> Training:
    """Start a recurrent network large, and clip nothing."""
    big = restarted(training.init, times(factor, False))
    return replace(training, init=big, optimiser=tables.sgd(1.0))


@lru_cache(maxsize=16)
def stopped(part: str) -> Callable[[Any], Any]:
    """Return what stops the gradient of one layer."""
    return lambda params: {name: jax.lax.stop_gradient(one) if name == part else one for name, one in params.items()}


@lru_cache(maxsize=16)
def unused(part: str) -> Callable[[Any], Any]:
    """Return what takes a layer's bias and kernel for others."""
    return lambda params: {
        name: jax.tree.map(jnp.ones_like, one) if name == part else one for name, one in params.items()
    }


def part_of(training: Training) -> str:
    """Return the layer before the head that most depends on."""
    return next(name for name in sorted(training.init(0)[0]) if name not in ("head", "back", "embedding", "first"))


def stop(training: Training, _: None) -> Training:
    """Stop the gradient before the head."""
    return replace(training, forward=with_params(training.forward, stopped(part_of(training))))


def disconnect(training: Training, _: None) -> Training:
    """Compute with constants where a layer's parameters were meant."""
    return replace(training, forward=with_params(training.forward, unused(part_of(training))))


@lru_cache(maxsize=32)
def partial_optimiser(optimiser: optax.GradientTransformation, part: str) -> optax.GradientTransformation:
    """Return the optimiser that was given all parameters but `part`."""
    return parted(optimiser, lambda name: name != part)


def left_out(training: Training, part: str) -> Training:
    """Hand the optimiser all but one layer."""
    part = part or part_of(training)
    return replace(training, optimiser=partial_optimiser(training.optimiser, part))


def centred(outputs: Any) -> Any:
    """Return outputs less their mean over the batch."""
    return outputs - outputs.mean(axis=0)


def over_batch(outputs: Any) -> Any:
    """Return log shares over the batch instead of the classes."""
    return jax.nn.log_softmax(outputs, axis=0)


def flattened_wrongly(inputs: Any) -> Any:
    """Return inputs whose examples were mixed by a reshape."""
    return jnp.swapaxes(inputs, 0, 1).reshape(inputs.shape)


def mix(training: Training, how: Callable[[Any], Any]) -> Training:
    """Mix the examples of a batch, in the outputs or the inputs."""
    wrap = through if how is flattened_wrongly else then
    return replace(training, forward=wrap(training.forward, how))


def masked(training: Training, mask: str) -> Training:
    """Look where nothing ought to be seen."""
    remake = sequences.causal if training.name == "causal-language" else sequences.tagger
    return replace(training, forward=remake(training.seed, mask).forward)


def unscaled_attention(training: Training, _: None) -> Training:
    """Multiply by the width of a head where one ought to divide by its root."""
    remake = sequences.causal if training.name == "causal-language" else sequences.transformer
    return replace(training, forward=remake(training.seed, scaled=False).forward)


@lru_cache(maxsize=8)
def always_dropping(forward: Forward) -> Forward:
    """Return a network that drops in evaluation too, with a key of the clock."""
    from itertools import count

    calls = count(1)

    def random(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        if key is None:
            seed = jax.pure_callback(
                lambda: np.uint32(next(calls)), jax.ShapeDtypeStruct((), np.uint32), vmap_method="sequential"
            )
            key = jax.random.key(seed)
        return forward(params, stats, inputs, key)

    return random


def dropping_in_evaluation(training: Training, _: None) -> Training:
    """Leave dropout on in evaluation."""
    return replace(training, forward=always_dropping(training.forward))


@lru_cache(maxsize=8)
def never_training(forward: Forward) -> Forward:
    """Return a network that is in evaluation mode always."""
    return lambda params, stats, inputs, key: (forward(params, stats, inputs, None)[0], stats)


def evaluation_in_training(training: Training, _: None) -> Training:
    """Leave evaluation mode on in training."""
    return replace(training, forward=never_training(training.forward))


def heavy_dropout(training: Training, rate: float) -> Training:
    """Take the share that is kept for the share that is dropped."""
    return replace(training, forward=networks.mlp(rate=rate))


def bottleneck(training: Training, _: None) -> Training:
    """Send everything through one unit."""
    params = training.init(0)[0]
    first, last = params["hidden_0"]["kernel"].shape[0], params["head"]["kernel"].shape[1]
    return replace(training, init=tables.starts(networks.mlp_init, (first, 1, last)))


@lru_cache(maxsize=16)
def decayed(rate: float, decay: float) -> optax.GradientTransformation:
    """Return AdamW."""
    return optax.adamw(rate, weight_decay=decay)


def over_regularised(training: Training, decay: float) -> Training:
    """Decay the weights far too much."""
    return replace(training, optimiser=decayed(3e-3, decay))


def logs(outputs: Any) -> Any:
    """Return logarithms of probabilities that may be 0."""
    shares = jnp.exp(8.0 * outputs - jnp.max(8.0 * outputs, axis=-1, keepdims=True))
    return jnp.log(shares / shares.sum(axis=-1, keepdims=True))


def root_inputs(inputs: Any) -> Any:
    """Return inputs divided by their length, which may be 0."""
    return inputs / jnp.sqrt(jnp.sum(jnp.square(inputs), axis=tuple(range(1, inputs.ndim)), keepdims=True))


def unsafe(training: Training, how: Callable[[Any], Any]) -> Training:
    """Compute something that is not finite for unusual examples, some of which occur."""
    if how is root_inputs:
        empty = on_inputs(
            training, lambda one: np.where(np.arange(len(one)).reshape(-1, *[1] * (one.ndim - 1)) == 7, 0, one)
        )
        return replace(empty, forward=through(training.forward, how))
    return replace(training, forward=then(training.forward, how))


def ids_outside(training: Training, share: float) -> Training:
    """Have ids that the table has no row for."""
    values = 30

    def outside(ids: Any) -> Any:
        return np.where(ids >= values * (1 - share), ids + values, ids).astype(ids.dtype)

    return on_inputs(training, outside)


MLPS = ("mlp-digits", "multi-label", "accumulation")
ANY = ("mlp-digits", "cnn-digits", "gru-waves", "multi-label", "causal-language")

FAULTS = (
    Fault("M01-constant", start_with(constant_start), ("mlp-digits", "cnn-digits", "accumulation", "conv1d-waves")),
    Fault("M01-zero", start_with(zero_start), ("mlp-digits", "multi-label", "piste-layers", "regression-friedman")),
    Fault("M02-scale", scaled_start, ("mlp-digits", "cnn-digits", "regression-friedman", "transformer-waves"),
          (10.0, 30.0)),
    Fault("M02-positive", start_with(positive_start), ("mlp-digits", "multi-label", "conv1d-waves")),
    Fault("M03-sure", sure_start, ("mlp-digits", "cnn-digits", "accumulation"), (20.0, 100.0)),
    Fault("M06-end", ended, ("regression-friedman", "forecast"), ("relu", "sigmoid")),
    Fault("M06-end-of-classes", ended, ("mlp-digits", "cnn-digits", "batch-norm", "gru-waves"), ("relu", "sigmoid")),
    Fault("M07-one-less", lambda t, _: cut_off(t, one_less), ("mlp-digits", "cnn-digits", "batch-norm")),
    Fault("M07-one-alone", lambda t, _: cut_off(t, one_alone), ("conv1d-waves", "accumulation")),
    Fault("M08-dead", start_with(dead_start), ("mlp-digits", "cnn-digits", "multi-label", "conv1d-waves")),
    Fault("M10-vanishing", deep, ("mlp-digits", "accumulation"), (12,)),
    Fault("M11-exploding", exploding, ("gru-waves", "transformer-waves"), (5.0,)),
    Fault("M12-disconnected", disconnect, ("mlp-digits", "cnn-digits", "gru-waves", "batch-norm")),
    Fault("M13-stopped", stop, ("mlp-digits", "cnn-digits", "gru-waves", "conv1d-waves", "multi-label")),
    Fault("M14-left-out", left_out, ("mlp-digits", "regression-friedman", "causal-language"), ("", "head")),
    Fault("M16-mixing", lambda t, _: mix(t, over_batch), ("mlp-digits", "gru-waves", "accumulation")),
    Fault("M16-centred", lambda t, _: mix(t, centred), ("cnn-digits", "regression-friedman")),
    Fault("M16-reshaped", lambda t, _: mix(t, flattened_wrongly), ("gru-waves", "cnn-digits", "transformer-waves")),
    Fault("M17-mask", masked, ("causal-language",), ("none", "mirrored", "late")),
    Fault("M17-padding", masked, ("padded-tagger",), ("none",)),
    Fault("M19-attention", unscaled_attention, ("transformer-waves", "causal-language")),
    Fault("M21-in-evaluation", dropping_in_evaluation, ("dropout-digits", "piste-layers"), harms="score"),
    Fault("M21-heavy", heavy_dropout, ("dropout-digits",), (0.95,)),
    Fault("M22-bottleneck", bottleneck, ("mlp-digits", "accumulation", "multi-label")),
    Fault("M23-decay", over_regularised, ("mlp-digits", "cnn-digits", "regression-friedman", "transformer-waves"),
          (30.0,)),
    Fault("M24-logs", lambda t, _: unsafe(t, logs), ("mlp-digits", "cnn-digits")),
    Fault("M24-roots", lambda t, _: unsafe(t, root_inputs), ("mlp-digits", "conv1d-waves")),
    Fault("M25-ids", ids_outside, ("embedding-ids",), (0.1, 0.4)),
    Fault("T06-mode", evaluation_in_training, ("batch-norm", "dropout-digits")),
)  # fmt: skip
