"""A Flax module as a layer, so that networks written for Flax train and are looked at like our own.

    Block = flax_layer(MyFlaxModule)
    model = Sequential((Block(width=32), Dense(10)))

A model file names the class and its settings, never an import: hand `Block` to `from_spec` with the other layers.
Needs the extra `piste[flax]`.
"""

import dataclasses
import inspect
from dataclasses import dataclass
from typing import Any, ClassVar

import jax

from piste.core.errors import MissingExtraError, SettingError
from piste.nn.layer import Context, Layer, Parameters, Shape, State

_SAYABLE = (bool, int, float, str, tuple, type(None))  # what a model file can hold
_NOT_SETTINGS = ("parent", "name")  # fields that Flax adds to every module


@dataclass(frozen=True)
class FlaxLayer(Layer):
    """What every class made by `flax_layer` shares; its fields are the settings of the module.

    Parameters are the collection "params", the running state all other collections. A call's argument `train`,
    `training` or `deterministic` (or `use_running_average`) is filled in from the context.
    """

    module: ClassVar[type[Any]]
    fixed: ClassVar[dict[str, Any]]

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the module's parameters."""
        return dict(self._variables(key, shape).get("params", {}))

    def init_state(self, shape: Shape) -> State:
        """Return the module's other collections, such as "batch_stats"."""
        variables = self._variables(jax.random.key(0), shape)
        return {name: value for name, value in variables.items() if name != "params"}

    def run(self, parameters: Parameters, state: State, inputs: jax.Array, context: Context) -> tuple[jax.Array, State]:
        """Return the module's outputs and its changed collections."""
        module, variables = self._made(), {"params": parameters, **state}
        arguments = self._arguments(context.training)
        keys = {} if context.key is None else {"dropout": context.key}
        if not context.training or not state:
            return module.apply(variables, inputs, rngs=keys, **arguments), state
        outputs, changed = module.apply(variables, inputs, rngs=keys, mutable=list(state), **arguments)
        return outputs, dict(changed)

    def _made(self) -> Any:
        settings = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return type(self).module(**settings, **type(self).fixed)

    def _variables(self, key: jax.Array, shape: Shape) -> dict[str, Any]:
        def draw(key: jax.Array, inputs: jax.Array) -> dict[str, Any]:
            return dict(self._made().init({"params": key, "dropout": key}, inputs, **self._arguments(False)))

        return draw(key, jax.numpy.zeros((1, *shape), jax.numpy.float32))

    def _arguments(self, training: bool) -> dict[str, bool]:
        known = inspect.signature(type(self).module.__call__).parameters
        wanted = {
            "train": training,
            "training": training,
            "deterministic": not training,
            "use_running_average": not training,
        }
        given = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: value for name, value in wanted.items() if name in known and given.get(name) is None}


def flax_layer(module: type[Any], **fixed: Any) -> type[FlaxLayer]:
    """Return a layer class "Flax<Name>" with the settings of the Flax (linen) class `module`.

    Settings that JSON cannot hold, such as initialisers and dtypes, keep the module's own value or the one in
    `fixed`. Raises `MissingExtraError` without Flax, `SettingError` for anything but a linen module class or where
    a setting without a default cannot be said.
    """
    try:
        from flax import linen  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise MissingExtraError("A Flax module needs Flax: install it with `pip install 'piste[flax]'`.") from None
    if not (isinstance(module, type) and issubclass(module, linen.Module)):
        raise SettingError(f"flax_layer takes a class of flax.linen.Module. Got {module!r} instead.")
    fields = [
        _field(field) for field in dataclasses.fields(module) if field.name not in _NOT_SETTINGS and _sayable(field)
    ]
    settings = [field for field in fields if field[0] not in fixed]
    namespace = {"module": module, "fixed": fixed, "__doc__": f"The Flax module {module.__name__} as a layer."}
    made = dataclasses.make_dataclass(
        f"Flax{module.__name__}", settings, bases=(FlaxLayer,), namespace=namespace, frozen=True, kw_only=True
    )
    made.__module__ = module.__module__
    return made


def _sayable(field: "dataclasses.Field[Any]") -> bool:
    return field.init and (field.default is dataclasses.MISSING or isinstance(field.default, _SAYABLE))


def _field(field: "dataclasses.Field[Any]") -> tuple[str, Any, Any]:
    # The annotation is not carried over: Flax's are wider than what a model file can say.
    return field.name, Any, dataclasses.field(default=field.default)
