"""Hands the network one example at a time, so that examples cannot mix."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.remedies.composed import without_own_step
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose network sees batches of one example each."""
    pipeline = bench.pipeline
    apply = pipeline.apply
    if apply is None or pipeline.state is not None or not bench.probe(network).traceable:
        raise NotFixed(f"It takes apply=(parameters, inputs) in JAX. By hand: {finding.fix}.")

    def alone(parameters: Any, inputs: Any) -> Any:
        return jax.vmap(lambda one: apply(parameters, one[None])[0])(inputs)

    training = None if pipeline.train_apply is None else _drawing(pipeline.train_apply)
    again = dataclasses.replace(pipeline, apply=alone, train_apply=training)
    return Mended(changed(without_own_step(again)), "the network is handed one example at a time")


def _drawing(train_apply: Callable[..., Any]) -> Callable[..., Any]:
    def alone(parameters: Any, inputs: Any, key: Any) -> Any:
        keys = jax.random.split(key, len(inputs))
        return jax.vmap(lambda one, drawn: _first(train_apply(parameters, one[None], drawn)))(inputs, keys)

    return alone


def _first(outputs: Any) -> Any:
    return (outputs[0] if isinstance(outputs, tuple) else outputs)[0]


REMEDY = Remedy("one-by-one", "Hands the network one example at a time", mend)
