"""Priors from text, as they stand in a TOML file or on the command line: "log(1e-4, 1)".

The text is taken apart by Python's grammar for expressions and never evaluated: calls of the known names, numbers,
words, texts in quotes and lists are all there is.
"""

import ast
import difflib
from collections.abc import Callable
from typing import Any

from piste.core.errors import SettingError
from piste.core.settings import nearest
from piste.tune.priors import Integers, Log, OneMinusLog, Option, Prior, Uniform, choice, option

_BOUNDS: dict[str, Callable[..., Prior]] = {
    "uniform": Uniform, "log": Log, "one_minus_log": OneMinusLog, "integers": Integers
}  # fmt: skip
NAMES = (*_BOUNDS, "choice")
ALIKE = 0.65  # share of its letters that a slip of the pen leaves right
_WORDS = {"true": True, "false": False, "none": None}
_EXAMPLE = "write it like log(1e-4, 1), uniform(0, 0.5), integers(16, 256) or choice(relu, tanh)"


def is_prior(text: Any) -> bool:
    """Return whether `text` is meant as a prior: a known name, or nearly one, before a bracket."""
    if not isinstance(text, str) or "(" not in text:
        return False
    word = text.partition("(")[0].strip()
    return word.isidentifier() and bool(difflib.get_close_matches(word, NAMES, 1, ALIKE))


def parsed(text: str, setting: str) -> Prior:
    """Return the prior that `text` describes, as the value of `setting`.

    Raises `SettingError` for a text that is none.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        prior = _value(tree)
    except (SyntaxError, _NotUnderstoodError, TypeError, ValueError, RecursionError) as error:
        why = f" ({error})" if isinstance(error, _NotUnderstoodError) else ""
        raise SettingError(f"The range of '{setting}' cannot be read: {text!r}{why}; {_EXAMPLE}.") from None
    if not isinstance(prior, Prior):
        raise SettingError(f"The range of '{setting}' cannot be read: {text!r}; {_EXAMPLE}.")
    return prior


class _NotUnderstoodError(Exception):
    """A part of the text that is no value."""


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.Name(id=word):
            return _WORDS.get(word.lower(), word)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return tuple(_value(part) for part in parts)
        case ast.Call(func=ast.Name(id=name), args=positional, keywords=named):
            return _call(name, [_value(one) for one in positional], _named(named))
        case _:
            raise _NotUnderstoodError(f"'{ast.unparse(node)}' is no value")


def _named(keywords: list[ast.keyword]) -> dict[str, Any]:
    if any(one.arg is None for one in keywords):
        raise _NotUnderstoodError("** has no meaning here")
    return {str(one.arg): _value(one.value) for one in keywords}


def _call(name: str, positional: list[Any], named: dict[str, Any]) -> Prior | Option:
    if name == "choice" and not named:
        return choice(*positional)
    if name in _BOUNDS:
        numbers = (*positional, *named.values())
        if len(positional) < 2 or not all(isinstance(one, int | float) for one in numbers):
            raise _NotUnderstoodError(f"{name} takes two numbers")
        return _BOUNDS[name](*positional, **named)
    if name == "option" and len(positional) == 1:
        return option(positional[0], **named)
    if positional or not named:
        raise _NotUnderstoodError(f"there is no range '{name}'. {nearest(name, NAMES)}")
    return option(name, **named)
