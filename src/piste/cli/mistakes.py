"""Mistakes in the command line, as one sentence each: what was found, what was meant, where to look."""

import difflib
from collections.abc import Iterable

from cyclopts import CycloptsError, MissingArgumentError, UnknownCommandError, UnknownOptionError, UnusedCliTokensError


def sentence(error: CycloptsError, verbs: Iterable[str]) -> str:
    """Return what is wrong with the command line; `verbs` are those that there are."""
    verb = " ".join(["piste", *(error.command_chain or ())])
    return f"{_what(error, tuple(verbs))} `{verb} --help` lists what there is."


def one_line(error: Exception) -> str:
    """Return the message of `error` without line breaks."""
    return " ".join(str(error).split())


def _what(error: CycloptsError, verbs: tuple[str, ...]) -> str:
    match error:
        case UnknownCommandError(unused_tokens=[word, *_]):
            known = f"; the verbs are {', '.join(verbs)}."
            return f"There is no verb {word}{_near(word, verbs) or known}"
        case UnknownOptionError():
            word = error.token.keyword or error.token.value
            names = [name for argument in error.argument_collection for name in argument.names if name.startswith("--")]
            return f"There is no option {word}{_near(word, names) or '.'}"
        case UnusedCliTokensError(unused_tokens=[word, *_]):
            return f"The argument {word} is one too many."
        case MissingArgumentError(argument=argument) if argument is not None:
            option = next((token.keyword for token in argument.tokens if token.keyword), error.keyword)
            return f"The option {option} needs a value." if option else f"The argument {argument.name} is missing."
    return one_line(error)


def _near(word: str, names: Iterable[str]) -> str:
    # Without the dashes, which would make any two short options look alike.
    bare = {name.lstrip("-"): name for name in names}
    near = difflib.get_close_matches(word.split("=")[0].lstrip("-"), bare, 1)
    return f". Did you mean {bare[near[0]]}?" if near else ""
