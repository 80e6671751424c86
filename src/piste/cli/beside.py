"""The page in a process of its own, beside a training: `python -m piste.cli.beside FOLDER`.

It writes its address on standard output and ends when its standard input is closed, so it never outlives who started
it, whatever ends that. A process of its own leaves the training's interpreter to the training.
"""

import os
import sys
import threading
from pathlib import Path

from piste.cli.web import compared, look, plays
from piste.core.errors import PisteError
from piste.web import serve_folder


def main(folder: str) -> None:
    """Serve the page about `folder`; where that cannot be, end with code 2 and a sentence on standard error."""
    threading.Thread(target=_end_with_the_input, daemon=True).start()
    try:
        serve_folder(Path(folder), _say, look=look, compare=compared, play=plays)
    except PisteError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(2)  # the thread may hold standard input, which an ordinary end would wait for


def _say(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


def _end_with_the_input() -> None:
    while sys.stdin.buffer.read(1 << 16):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
