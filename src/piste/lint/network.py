"""The network of a pipeline as one black box, whatever it is written in: Piste, Flax, PyTorch or a plain function."""

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline
from piste.lint.rule import NotRun
from piste.nn.layer import Context, Layer

Arrays = NDArray[Any]


@dataclass(frozen=True)
class Network:
    """A network as functions of its parameters.

    `evaluate(parameters, state, inputs)` gives outputs in evaluation mode; `train(parameters, state, inputs, key)`
    (outputs, new state) in training mode, where there is one; `init(seed)` fresh (parameters, state). `traceable`
    says that JAX can differentiate through it; `plain` is `evaluate` uncompiled.
    """

    parameters: Any
    state: Any
    evaluate: Callable[[Any, Any, Any], Any]
    train: Callable[[Any, Any, Any, Any], tuple[Any, Any]] | None
    init: Callable[[int], tuple[Any, Any]] | None
    plain: Callable[[Any, Any, Any], Any]
    traceable: bool = True

    def outputs(self, inputs: Any, parameters: Any = None) -> Arrays:
        """Return the outputs in evaluation mode as a NumPy array."""
        return as_numpy(self.evaluate(self.parameters if parameters is None else parameters, self.state, inputs))

    def training_outputs(self, inputs: Any, seed: int) -> Arrays:
        """Return the outputs in training mode with draws of `seed`."""
        if self.train is None:
            raise NotRun("The network has no training mode of its own: give train_apply=, if there is one.")
        return as_numpy(self.train(self.parameters, self.state, inputs, jax.random.key(seed))[0])


def network(bench: Bench) -> Network:
    """Probe: the pipeline's network."""
    pipeline = bench.pipeline
    if pipeline.model is None:
        return _of_functions(pipeline)
    if isinstance(pipeline.model, Layer):
        return _of_layer(pipeline, pipeline.model)
    if is_torch(pipeline.model):
        return _of_torch(pipeline.model)
    return _of_flax(pipeline)


def _of_layer(pipeline: Pipeline, model: Layer) -> Network:
    def drawn(seed: int) -> tuple[Any, Any]:
        shape = _example(pipeline).shape[1:]
        return jax.jit(partial(model.init, shape=shape))(jax.random.key(seed)), model.init_state(shape)

    init = drawn if pipeline.init is None else _own_init(pipeline)
    parameters, state = _given(pipeline, init)

    def evaluate(parameters: Any, state: Any, inputs: Any) -> Any:
        return model.run(parameters, state, inputs, Context())[0]

    def train(parameters: Any, state: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        return model.run(parameters, state, inputs, Context(True, key))

    return Network(parameters, state, compiled(evaluate), compiled(train), init, compiled(evaluate))


def _of_flax(pipeline: Pipeline) -> Network:
    model = pipeline.model

    def init(seed: int) -> tuple[Any, Any]:
        key = jax.random.key(seed)
        made = model.init({"params": key, "dropout": key}, _example(pipeline), **_mode(model, False))
        return _divided(dict(made))

    def plain(parameters: Any, state: Any, inputs: Any) -> Any:
        return model.apply({"params": parameters, **state}, inputs, **_mode(model, False))

    def train(parameters: Any, state: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        arguments = _mode(model, True)
        return model.apply(
            {"params": parameters, **state}, inputs, rngs={"dropout": key}, mutable=list(state), **arguments
        )

    given = pipeline.parameters
    parameters, state = init(pipeline.seed) if given is None else _divided(dict(given), pipeline.state)
    evaluate = compiled(plain)
    if _draws(plain, parameters, state, _example(pipeline)):
        evaluate = _drawing(model)
    return Network(parameters, state, evaluate, compiled(train), init, evaluate)


def _draws(evaluate: Callable[..., Any], *arguments: Any) -> bool:
    """Return whether a Flax module asks for a key in evaluation mode, which rules are to see, and not to run into."""
    try:
        jax.eval_shape(evaluate, *arguments)
    except Exception as error:
        return type(error).__name__ == "InvalidRngError"
    return False


def _drawing(model: Any) -> Callable[[Any, Any, Any], Any]:
    """Return the module in evaluation mode with other draws each time, so that any draw shows."""

    def drawn(parameters: Any, state: Any, inputs: Any, number: Any) -> Any:
        keys = {"dropout": jax.random.key(number)}
        return model.apply({"params": parameters, **state}, inputs, rngs=keys, **_mode(model, False))

    draws, fast = count(), compiled(drawn)
    return lambda parameters, state, inputs: fast(parameters, state, inputs, next(draws))


def _divided(variables: dict[str, Any], state: Any = None) -> tuple[Any, Any]:
    if "params" not in variables:
        return variables, state or {}
    return variables["params"], {name: value for name, value in variables.items() if name != "params"} | (state or {})


def _mode(model: Any, training: bool) -> dict[str, bool]:
    """Return the arguments that put a Flax module in a mode: those of the usual names that its call takes."""
    flags = {"train": training, "training": training, "deterministic": not training}
    flags["use_running_average"] = not training
    known = inspect.signature(type(model).__call__).parameters
    return {name: value for name, value in flags.items() if name in known and getattr(model, name, None) is None}


def _of_functions(pipeline: Pipeline) -> Network:
    apply, train_apply = pipeline.apply, pipeline.train_apply
    if apply is None:
        raise NotRun("To run it, give model=, or apply= with parameters=.")
    init = _own_init(pipeline) if pipeline.init is not None else None
    parameters, state = _given(pipeline, init)
    stateful = state is not None

    def evaluate(parameters: Any, state: Any, inputs: Any) -> Any:
        outputs = apply(parameters, state, inputs) if stateful else apply(parameters, inputs)
        return outputs[0] if isinstance(outputs, tuple) else outputs

    def train(parameters: Any, state: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        if train_apply is None:
            return evaluate(parameters, state, inputs), state
        outputs = train_apply(parameters, state, inputs, key) if stateful else train_apply(parameters, inputs, key)
        return outputs if isinstance(outputs, tuple) else (outputs, state)

    mode = compiled(train) if train_apply else None
    return Network(parameters, state, compiled(evaluate), mode, init, evaluate)


def _of_torch(model: Any) -> Network:
    torch_model = copy.deepcopy(model)  # a person's module is never switched to another mode

    def run(training: bool, parameters: Any, inputs: Any, seed: int) -> Arrays:
        import torch

        own = copy.deepcopy(torch_model)
        own.load_state_dict({name: torch.tensor(np.asarray(value)) for name, value in parameters.items()}, strict=False)
        own.train(training)
        with torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(seed)
            return as_numpy(own(tensor(inputs)))

    parameters = {name: as_numpy(value) for name, value in torch_model.named_parameters()}
    draws = count()

    def evaluate(parameters: Any, state: Any, inputs: Any) -> Arrays:
        return run(False, parameters, inputs, next(draws))  # other draws each time, so that any draw shows

    def train(parameters: Any, state: Any, inputs: Any, key: Any) -> tuple[Arrays, Any]:
        return run(True, parameters, inputs, _number(key)), state

    return Network(parameters, None, evaluate, train, None, evaluate, traceable=False)


def _number(key: Any) -> int:
    return int(np.asarray(jax.random.key_data(key)).ravel()[-1])


def _own_init(pipeline: Pipeline) -> Callable[[int], tuple[Any, Any]]:
    own = pipeline.init

    def init(seed: int) -> tuple[Any, Any]:
        made = own(seed) if own is not None else None
        pair = pipeline.state is not None or isinstance(pipeline.model, Layer)
        return made if pair and isinstance(made, tuple) else (made, pipeline.state)

    return init


def _given(pipeline: Pipeline, init: Callable[[int], tuple[Any, Any]] | None) -> tuple[Any, Any]:
    if pipeline.parameters is None and init is not None:
        return init(pipeline.seed)
    if pipeline.state is None and isinstance(pipeline.model, Layer):
        return pipeline.parameters, pipeline.model.init_state(_example(pipeline).shape[1:])
    return pipeline.parameters, pipeline.state


def _example(pipeline: Pipeline) -> Arrays:
    split = next(iter(pipeline.splits.values()), None)
    if split is None:
        raise NotRun("To run it, give the examples, whose shape the network needs: train=(inputs, targets).")
    return np.asarray(split.inputs[:1])


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, compiled where JAX can trace it, else as it is."""
    fast = jax.jit(function)
    plain = False

    def call(*arguments: Any) -> Any:
        nonlocal plain
        if not plain:
            try:
                return fast(*arguments)
            except _UNTRACEABLE:
                plain = True
        return function(*arguments)

    return call


_UNTRACEABLE = (jax.errors.JAXTypeError, jax.errors.JAXIndexError, TypeError)


def sample(bench: Bench, number: int, split: str = "train") -> tuple[Arrays, Arrays | None]:
    """Probe: the inputs and targets of `number` examples, drawn evenly over the split (all of them if it has fewer)."""
    given = bench.pipeline.splits.get(split)
    if given is None:
        raise NotRun(f"To run it, give the {split} split: {split}=(inputs, targets).")
    rows = np.unique(np.linspace(0, len(given) - 1, min(number, len(given))).astype(int))
    inputs = as_numpy(given.inputs)[rows]
    return inputs, None if given.targets is None else as_numpy(given.targets)[rows]
