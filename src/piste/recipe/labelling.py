"""Where a person is asked: on the terminal, or on a page of this machine."""

import webbrowser
from typing import TextIO

from rich.console import Console

from piste.human.asking import Asking
from piste.human.keyboard import typed
from piste.human.terminal import ask


def ask_here(asking: Asking, keyboard: TextIO, out: TextIO) -> None:
    """Ask on the terminal until no example is left or the person stops, by Ctrl-C too."""
    if asking.ended:
        out.write(f"{all_answered(asking)}\n")
        return
    try:
        ask(asking, typed(asking.form.by_key, keyboard), Console(file=out, highlight=False))
    except KeyboardInterrupt:
        out.write("\n")


def ask_on_a_page(asking: Asking, out: TextIO, *, browser: bool) -> None:
    """Ask on a page, which only this machine can open and only by its address, until the person ends it, or Ctrl-C.

    With `browser` it is opened there. Raises `MissingExtraError` where the packages of the page are not installed.
    """
    from piste.web import serve

    if asking.ended:
        out.write(f"{all_answered(asking)}\n")

    def ready(address: str) -> None:
        out.write(f"Label on this page, and press Ctrl-C here or Finish there at the end:\n{address}\n")
        out.flush()
        if browser and not webbrowser.open(address):
            out.write("No browser could be started; open the address in one yourself.\n")

    serve(asking, ready)


def all_answered(asking: Asking) -> str:
    """Return the sentence for a pass without a question left."""
    asked = len(asking.place.order)
    return (
        f"{asking.name!r} has answered all {asked:,} examples: --examples asks about more, --again once more about "
        f"these, and --as takes another name."
    )
