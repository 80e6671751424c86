"""Asking on a terminal: an example, the classes with their keys, and one key per answer."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from rich.text import Text

from piste.core.records import Task
from piste.human.asking import Asking, Question
from piste.human.form import BACK, MORE, NOTHING, SKIP, STOP, Form, UnclearAnswerError
from piste.human.keyboard import LEFT, Read
from piste.human.spark import spark

FOLDED = 20  # features shown before the rest is asked for
_WIDEST, _TALL, _LOW = 96, 4, 2  # signs of a drawn sequence; lines of one channel, and of each of several


def ask(asking: Asking, keyboard: AbstractContextManager[Read], out: Console) -> None:
    """Ask until no example is left or the person stops; each answer is kept at once."""
    out.print(_help(asking.form), soft_wrap=False)
    with keyboard as read:
        while not asking.ended:
            _show(asking, out)
            if not _taken(asking, read, out):
                break


def _taken(asking: Asking, read: Read, out: Console) -> bool:
    """Return whether to go on; an answer that is not understood is asked for once more."""
    while True:
        said = read()
        if said is None or said.lower() == STOP:
            return False
        if said.lower() == MORE:
            out.print(_features(asking.question.values, all_of_them=True))
            continue
        try:
            _carry_out(asking, said)
        except UnclearAnswerError as error:
            out.print(Text(f"{error} {_keys(asking.form)}", "yellow"))
            continue
        return True


def _carry_out(asking: Asking, said: str) -> None:
    if said.lower() == SKIP:
        asking.skip()
    elif said.lower() == BACK or said == LEFT:
        asking.back()
    else:
        asking.answer(asking.form.read(said))


def _help(form: Form) -> Text:
    return Text(
        f"Which {form.target}? Neither the label nor the network's answer is shown before the end. "
        f"Each answer is kept at once, so you can stop at any time and go on later.\n{_keys(form)}",
        "bold",
    )


def _keys(form: Form) -> str:
    how = {
        Task.REGRESSION: "Type a number and Enter;",
        Task.MULTI_LABEL: f"Type the keys of all that fit and Enter, {NOTHING} for none;",
    }.get(form.task, "Press the key of a class;" if form.by_key else "Type a name or its number and Enter;")
    return f"{how} {SKIP} cannot say, {BACK} back, {STOP} stop, {MORE} all features."


def _show(asking: Asking, out: Console) -> None:
    place = asking.place
    out.rule(f"{place.at + 1} of {len(place.order)}", align="left", style="dim")
    for block in _drawn(asking.question, min(out.width, _WIDEST)):
        out.print(block, soft_wrap=False)
    if asking.before is not None:
        out.print(Text(f"Your answer was: {asking.before.said or 'cannot say'}", "cyan"))
    if asking.form.classes:
        out.print(_classes(asking.form), soft_wrap=False)


def _drawn(question: Question, width: int) -> Iterable[Text | Table | Columns]:
    if question.text:
        yield Text(question.text)
    for name, channels in question.lines.items():
        for values in channels:
            known = [value for value in values if value is not None]
            reach = f"{min(known):.4g} to {max(known):.4g}" if known else "no values"
            yield Text(f"{name}: {len(values):,} steps, {reach}", "dim")
            yield Text("\n".join(spark(values, width, _TALL if len(channels) == 1 else _LOW)), no_wrap=True)
    if question.values:
        yield _features(question.values)


def _features(values: Mapping[str, str], *, all_of_them: bool = False) -> Table:
    table = Table.grid(padding=(0, 2))
    pairs = [*values.items()]
    for name, value in pairs if all_of_them else pairs[:FOLDED]:
        table.add_row(Text(name, "dim"), Text(value))
    if len(pairs) > FOLDED and not all_of_them:
        table.add_row(Text("…", "dim"), Text(f"{len(pairs) - FOLDED:,} more features: {MORE} shows them", "dim"))
    return table


def _classes(form: Form) -> Columns:
    keys = form.keys or tuple(str(place + 1) for place in range(len(form.classes)))
    return Columns(
        [Text.assemble((key, "bold cyan"), " ", name) for key, name in zip(keys, form.classes, strict=True)],
        padding=(0, 3),
    )
