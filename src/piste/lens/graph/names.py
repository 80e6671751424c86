"""What things in a graph are called: layers by scope, operations by function, lines by the person's file."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
from jax.extend.core import JaxprEqn

from piste.nn.operations import INLINED, OWN_RULE, called

_WRAPPED = re.compile(r"^(?:(?:jvp|transpose|vmap|rematted_computation|checkpoint)\()+|\)+$")
_LIBRARIES = tuple(f"/{name}/" for name in ("jax", "jaxlib", "flax", "optax", "equinox", "haiku"))
_JAX = str(Path(jax.__file__).parent)


def scope_of(eqn: JaxprEqn) -> tuple[str, ...]:
    """Return the layers around an operation: "jvp(00_dense)/jit(relu)" is ("00_dense",)."""
    parts = [_WRAPPED.sub("", part) for part in str(eqn.source_info.name_stack).split("/")]
    return tuple(part for part in parts if part and "(" not in part and part not in ("jit", "pjit"))


def line_of(eqn: JaxprEqn) -> str:
    """Return the file and line in which a person wrote an operation, "model.py:12"; "" where none is known."""
    traceback: Any = eqn.source_info.traceback
    if traceback is None:
        return ""
    for frame in traceback.frames:
        file = frame.file_name
        if file.startswith(_JAX) or ("site-packages" in file and any(name in file for name in _LIBRARIES)):
            continue
        if "/piste/lens/" in file:
            return ""
        parts = Path(file).parts
        return f"{'/'.join(parts[-2:]) if 'piste' in parts else parts[-1]}:{frame.line_num}"
    return ""


def function_of(closed: Any) -> str:
    """Return the name of the function that a call was traced from, without leading underscores; "" where none is."""
    jaxpr = getattr(closed, "jaxpr", closed)
    said = getattr(getattr(jaxpr, "debug_info", None), "func_src_info", "") or ""
    name = said.split(" at ")[0].split(".")[-1].strip("_")
    return "" if name in ("", "lambda", "<lambda>") else name


_LABELS = {
    "dot_general": "matmul",
    "conv_general_dilated": "convolution",
    "logistic": "sigmoid",
    "integer_pow": "power",
    "broadcast_in_dim": "broadcast",
    "convert_element_type": "convert",
    "reduce_sum": "sum",
    "reduce_max": "largest",
    "reduce_min": "smallest",
    "reduce_prod": "product",
    "select_n": "select",
    "add_any": "add",
    "reduce_window_max": "max_pool",
    "reduce_window_sum": "sum_pool",
}


def label_of(eqn: JaxprEqn) -> str:
    """Return what an operation is called: a call with a derivative of its own has its function's name."""
    if eqn.primitive.name not in OWN_RULE:
        return _LABELS.get(eqn.primitive.name, eqn.primitive.name)
    inner = called(eqn)
    steps = inner.jaxpr.eqns if inner is not None else []
    alone = label_of(steps[0]) if len(steps) == 1 and steps[0].primitive.name not in INLINED else ""
    return alone or (function_of(inner) or "call")


def leaf_names(tree: Any, root: str) -> list[str]:
    """Return the name of each leaf of a tree of parameters or data: "00_dense.weight", "layers[0].w"; `root` for one.

    A tree of data has `root` before each name.
    """
    paths = [path for path, _ in jax.tree_util.tree_leaves_with_path(tree)]
    return [_joined(path, root) for path in paths]


def argument_names(function: Callable[..., Any], count: int) -> list[str]:
    """Return the names of the first `count` arguments of a function, as it declares them."""
    usual = ["parameters", "batch"] if count == 2 else ["parameters", *(f"data{one}" for one in range(1, count))]
    try:
        declared = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return usual
    plain = [one.name for one in declared if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    return plain[:count] if len(plain) >= count else usual


def _joined(path: tuple[Any, ...], root: str) -> str:
    name = root
    for key in path:
        if isinstance(key, jax.tree_util.SequenceKey):
            name += f"[{key.idx}]"
        elif isinstance(key, jax.tree_util.FlattenedIndexKey):
            name += f"[{key.key}]"
        else:
            part = key.name if isinstance(key, jax.tree_util.GetAttrKey) else str(key.key)
            name += f".{part}" if name else part
    return name
