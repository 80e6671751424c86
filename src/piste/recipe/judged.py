"""The main job as a pipeline for the linter: what would be trained on the data, built but not trained."""

import dataclasses
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.records import Task
from piste.data.dataset import load
from piste.data.encoding import Encoding
from piste.data.examples import DataSet
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline, Split
from piste.nn.head import output_bias, with_output_bias
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import WholeSplit
from piste.recipe.building import build_effort, build_plan, watched_metric
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.fitting import Splits, encode_splits, fitted_encoding
from piste.recipe.judged_pieces import augmentation_of, optimiser_of
from piste.recipe.progress import Listener, told
from piste.recipe.settings import Settings
from piste.recipe.weighting import weighted
from piste.train.compiler import configure_jax
from piste.train.fit import Examples
from piste.train.optimisers import LBFGS
from piste.train.plan import Carry, Plan, initial_carry
from piste.train.plan import Split as OnDevice
from piste.train.step import train_step
from piste.train.timeline import Effort


def pipeline_of(data: Any, settings: Settings, origins: Mapping[str, str], hear: Listener) -> Pipeline:
    """Return what `piste train` would train on `data`, untrained."""
    with told(hear, "Reading the data"):
        dataset = load(data, settings.data)
    settings, _ = decide(settings, origins, Facts.of(dataset))
    encoding = fitted_encoding(dataset, settings)
    configure_jax()
    return built(dataset, encoding, encode_splits(dataset, encoding), settings)


def built(dataset: DataSet, encoding: Encoding, splits: Splits, settings: Settings) -> Pipeline:
    """Return the pipeline of data that are read and encoded already."""
    train, validation = weighted(splits.train, splits.validation, encoding, settings.model.class_weights)
    # Judged in float32 on one device: the linter looks for faults, not for rounding.
    plan = dataclasses.replace(build_plan(settings, encoding, len(train)), precision="float32", devices=1)
    effort = build_effort(settings.training, len(train))
    watched = watched_metric(settings.training, encoding.task)
    start = partial(_start, plan, train, encoding.task)
    return dataclasses.replace(
        data_alone(dataset, encoding, dataclasses.replace(splits, train=train, validation=validation), settings),
        model=plan.model,
        init=lambda seed: _fresh(start(seed)),
        loss=plan.loss,
        metric=_whole(plan.metric) if isinstance(plan.metric, WholeSplit) else plan.metric,
        higher_is_better=watched.higher_is_better,
        start=start,
        step=None if settings.training.optimiser == LBFGS else _stepping(plan, effort),
        optimiser=optimiser_of(plan, effort),
        augment=augmentation_of(plan),
        parameters_of=lambda begun: begun.parameters,
        with_parameters=_replacing(plan),
        save=lambda begun: jax.tree.map(np.asarray, begun),
        restore=lambda saved: jax.tree.map(jnp.asarray, saved),
        declared=_declared(plan, settings),
    )


def data_alone(dataset: DataSet, encoding: Encoding, splits: Splits, settings: Settings) -> Pipeline:
    """Return the pipeline of the data and the rates, for the rules that compile nothing."""
    effort = build_effort(settings.training, len(splits.train))
    split = partial(_split, dataset, settings)
    return Pipeline(
        name=dataset.name,
        train=split("train", splits.train),
        validation=split("validation", splits.validation),
        test=split("test", splits.test),
        dataset=dataset,
        task=encoding.task,
        classes=len(encoding.classes) or None,
        schedule=lambda step: effort.rates[min(step, len(effort.rates) - 1)],
        steps=len(effort.rates),
        batch_size=effort.batch_size,
        seed=settings.data.seed,
    )


class Begun(NamedTuple):
    """The state of a training that the linter takes step by step."""

    parameters: Any
    state: Any
    carry: Carry
    done: jax.Array
    seed: jax.Array


def _fresh(begun: Begun) -> tuple[Any, Any]:
    return begun.parameters, begun.state


def _start(plan: Plan, train: Examples, task: Task, seed: int) -> Begun:
    bias = output_bias(task, train.targets, plan.model.output_shape(plan.input_shape)[-1], train.weights, plan.loss)
    return _drawn(plan)(seed, bias)


@lru_cache(maxsize=16)
def _drawn(plan: Plan) -> Any:
    @jax.jit
    def draw(seed: jax.Array, bias: jax.Array) -> Begun:
        parameters = plan.model.init(jax.random.key(seed), plan.input_shape)
        parameters = with_output_bias(plan.model, parameters, bias)
        state = plan.model.init_state(plan.input_shape)
        carry = initial_carry(plan, plan.layout.pack(parameters), state)
        return Begun(parameters, state, carry, jnp.zeros((), jnp.int32), jnp.asarray(seed, jnp.uint32))

    return draw


def _stepping(plan: Plan, effort: Effort) -> Any:
    rates = jnp.asarray(effort.rates, jnp.float32)

    @jax.jit
    def step(begun: Begun, inputs: Any, targets: Any) -> Begun:
        layout = plan.layout
        batch = OnDevice(jnp.asarray(inputs), jnp.asarray(targets), jnp.ones(len(inputs), jnp.float32))
        key = jax.random.fold_in(jax.random.key(begun.seed), begun.done)
        rate = rates[jnp.minimum(begun.done, len(rates) - 1)]
        carry = train_step(plan, layout, layout.of_rank_two(), begun.carry, batch, rate, key)
        return Begun(layout.unpack(carry.weights), carry.state, carry, begun.done + 1, begun.seed)

    return step


def _replacing(plan: Plan) -> Any:
    @jax.jit
    def replaced(begun: Begun, parameters: Any) -> Begun:
        return begun._replace(parameters=parameters, carry=begun.carry._replace(weights=plan.layout.pack(parameters)))

    return replaced


def _whole(metric: WholeSplit) -> Any:
    return lambda outputs, targets: metric.compute(outputs, targets, jnp.ones(len(targets), jnp.float32))


def _declared(plan: Plan, settings: Settings) -> Declared:
    usual = isinstance(plan.loss, CrossEntropy)
    return Declared(
        loss="" if usual or callable(settings.model.loss) else "other",
        smoothing=settings.model.smoothing if usual else 0.0,
        mixes_batch=True,  # batch norm and blended examples are settings of their own
    )


def _split(dataset: DataSet, settings: Settings, name: str, examples: Examples) -> Split:
    rows = dataset.rows[name]
    columns = {column.name: column for column in dataset.columns}

    def of(column: str | None) -> Any:
        return columns[column].values[rows] if column in columns else None

    return Split(
        examples.inputs, examples.targets, examples.weights, of(settings.data.group), of(settings.data.time),
        dataset.origin[rows],
    )  # fmt: skip
