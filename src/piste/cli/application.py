"""`main`: parses the command line, calls the verb, and turns every outcome into an exit code.

0 done; 1 the linter left a warning or an error, or data drifted; 2 a mistake the person can mend (one sentence on
stderr); 70 a fault in Piste; 130 stopped by Ctrl-C; 141 the reader of a pipe has left.
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import cyclopts

import piste
from piste.cli.mistakes import one_line, sentence
from piste.cli.verbs import VERBS, Alarm
from piste.core.errors import PisteError

DONE, ALARM, MISTAKE, FAULT, STOPPED, READER_GONE = 0, 1, 2, 70, 130, 141
DEBUG = "--debug"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (the process' own when None) and return the exit code."""
    tokens = list(sys.argv[1:] if argv is None else argv)
    debug = DEBUG in tokens
    _write_what_the_terminal_can_show()
    try:
        application()(_as_meant([token for token in tokens if token != DEBUG]))
        sys.stdout.flush()  # here, because a failure to write at the end of the process could not be caught
    except Alarm:
        sys.stdout.flush()
        return ALARM
    except PisteError as error:
        return _say(one_line(error), MISTAKE)
    except cyclopts.CycloptsError as error:
        return _say(sentence(error, (verb.name for verb in VERBS)), MISTAKE)
    except KeyboardInterrupt:
        return _say("Stopped by Ctrl-C; what was finished is kept.", STOPPED)
    except BrokenPipeError:  # `piste runs | head`: the reader left, which is no mistake
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except Exception as error:
        if debug:
            raise
        return _say(
            f"This is a fault in Piste ({type(error).__name__}: {one_line(error)}). "
            f"Please report it with the traceback that `piste {DEBUG} ...` shows.",
            FAULT,
        )
    return DONE


def _as_meant(tokens: list[str]) -> list[str]:
    if tokens[:1] != ["tune"]:
        return tokens
    from piste.cli.ranges import switches_varied

    return switches_varied(tokens)


def application() -> cyclopts.App:
    """Return the command line as a cyclopts application that raises its errors instead of exiting."""
    app = cyclopts.App(
        name="piste",
        help=piste.__doc__,
        version=piste.__version__,
        help_format="plaintext",
        default_parameter=cyclopts.Parameter(negative=(), show_default=_worth_showing),
        help_epilogue=f"{DEBUG} with any verb shows the whole traceback of a fault.",
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
        result_action="return_none",
    )
    for place, verb in enumerate(VERBS):
        app.command(verb.function, name=verb.name, help="\n\n".join((verb.help, *verb.more)), sort_key=place)
    return app


def _worth_showing(default: Any) -> Any:
    # That a switch is off, or that nothing is given, needs no word.
    return None if default is False or default in ("", ()) else default


def _write_what_the_terminal_can_show() -> None:
    # A name with a letter that the terminal's encoding lacks is shown with a ? instead of ending the verb.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _say(text: str, code: int) -> int:
    sys.stderr.write(f"piste: {text}\n")
    return code
