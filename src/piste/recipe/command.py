"""The line that repeats a run."""

import dataclasses
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from piste.core.records import Choice
from piste.recipe.settings import FUNCTION, recorded
from piste.tune.store.address import without_password


def command_line(data: Any, choices: tuple[Choice, ...]) -> str:
    """Return the command with the settings that were given; what was chosen from the data is chosen again.

    Data that came from Python have no command: then it is the call, with `data` standing for them.
    """
    given = [choice for choice in choices if choice.origin != "default" or choice.setting == "seed"]
    own = [choice for choice in given if choice.origin == FUNCTION]
    if own:  # a function has no place on a command line
        source = repr(str(data)) if isinstance(data, str | Path) else "data"
        return f"piste.train({source}{''.join(map(_keyword, given))})"
    if isinstance(data, str | Path):
        return shlex.join(["piste", "train", str(data), *(word for choice in given for word in _words(choice))])
    return f"piste.train(data{''.join(map(_keyword, given))})"


def study_line(data: Any, given: Mapping[str, Any], priors: Mapping[str, Any], how: Any) -> str:
    """Return the command, or the call, that repeats a study: `how` it searches is a dataclass with defaults."""
    asked = {
        field.name: getattr(how, field.name)
        for field in dataclasses.fields(how)
        if getattr(how, field.name) != field.default
    }
    if "store" in asked:
        asked["store"] = without_password(asked["store"])
    ranges = {name: str(prior) for name, prior in priors.items()}
    choices = [Choice(name, recorded(one), "command", "") for name, one in {**given, **ranges, **asked}.items()]
    if isinstance(data, str | Path) and not any(map(callable, given.values())):
        return shlex.join(["piste", "tune", str(data), *(word for choice in choices for word in _words(choice))])
    source = repr(str(data)) if isinstance(data, str | Path) else "data"
    return f"piste.tune({source}{''.join(map(_keyword, choices))})"


def _keyword(choice: Choice) -> str:
    return f", {choice.setting}={choice.value if choice.origin == FUNCTION else repr(choice.value)}"


def flag_of(choice: Choice) -> tuple[str, str | None]:
    """Return the flag that makes `choice`, and its value as one word; None where the flag alone says it."""
    name = choice.setting.replace("_", "-")
    if isinstance(choice.value, bool):
        return (f"--{name}" if choice.value else f"--no-{name}"), None
    value = ",".join(map(str, choice.value)) if isinstance(choice.value, tuple | list) else str(choice.value)
    return f"--{name}", value


def _words(choice: Choice) -> list[str]:
    flag, value = flag_of(choice)
    if value is None:
        return [flag]
    # A value that begins like a flag would be taken for one.
    return (
        [f"{flag}={value}"] if value.startswith("-") and not isinstance(choice.value, tuple | list) else [flag, value]
    )
