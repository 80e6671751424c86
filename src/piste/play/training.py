"""The playground's training: the engine's own program, called for as many steps as a person wants to see at once."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from piste.core.errors import SettingError
from piste.core.records import EpochRecord, Task
from piste.core.watched import Look, WatchedRecord
from piste.play.settings import PlaySettings
from piste.play.table import Table, table_of
from piste.recipe.building import build_effort, build_plan
from piste.recipe.fitting import shown_metric
from piste.recipe.settings import Settings, from_keywords
from piste.train.checkpoint import Position
from piste.train.compiler import configure_jax
from piste.train.examples import for_judging, on_device
from piste.train.fit import Shown, drawn
from piste.train.plan import Carry, Limits, Plan, Split, handed
from piste.train.program import compiled
from piste.train.timeline import Effort, Timeline
from piste.train.watching import in_view, watched_record, with_looks

EPOCHS = 10_000  # the end of any play
LARGEST_WEIGHT = 1e6  # that a person may set
_DATA = ("problem", "table", "features", "noise", "train_share", "seed")
_NETWORK = ("hidden", "optimiser")
_PATIENCE = np.int32(2**30)


LOSSES = {Task.REGRESSION: "squared-error", Task.MULTI_LABEL: "binary-cross-entropy"}


def settings_of(play: PlaySettings, task: Task) -> Settings:
    """Return what `piste train` would be told for the network that the controls show."""
    penalty: dict[str, Any] = {} if play.penalty == "none" else {play.penalty: play.strength}
    return from_keywords(
        {
            "model": "mlp", "hidden": play.hidden, "activation": play.activation, "batch_norm": False, "dropout": 0.0,
            "bins": 0, "optimiser": play.optimiser, "learning_rate": play.learning_rate, "batch_size": play.batch_size,
            "epochs": EPOCHS, "schedule": "constant", "warmup": 0.0, "weight_decay": 0.0, "clip": 0.0, "patience": 0,
            "seed": play.seed, "loss": LOSSES.get(task, "cross-entropy"), **penalty,
        },
        "the playground",
    )  # fmt: skip


@dataclass(frozen=True)
class Played:
    """Where a play stands: all that changes while it goes on. Nothing here is changed in place."""

    settings: PlaySettings
    table: Table
    plan: Plan
    effort: Effort
    carry: Carry
    step: int = 0  # steps under the present batch size
    before: float = 0.0  # epochs before the batch size was last changed
    records: tuple[EpochRecord, ...] = ()
    looks: tuple[Look, ...] = ()

    @property
    def epoch(self) -> float:
        """Epochs that are over."""
        return self.before + _line(self).epochs(self.step)

    @property
    def metric(self) -> Shown:
        """How the watched metric is shown."""
        return shown_metric(self.table.encoding, settings_of(self.settings, self.table.encoding.task).training)

    @property
    def watched(self) -> WatchedRecord:
        """What was seen so far."""
        held = for_judging(self.table.held)
        position = Position(self.step, 0.0, self.records, self.looks)
        return watched_record(self.plan, held, len(self.table.held), position, _line(self), "", "")


def begun(settings: PlaySettings) -> Played:
    """Return the play before its first step: examples read and encoded, parameters drawn."""
    configure_jax()
    table = table_of(settings)
    return _drawn(settings, table)


def changed(played: Played, settings: PlaySettings) -> Played:
    """Return the play under other settings.

    Other data, or other layers, begin anew. Another rate, batch size, activation or penalty acts on the network as it
    is; so does another view.
    """
    if any(getattr(settings, name) != getattr(played.settings, name) for name in _DATA):
        return begun(settings)
    table = played.table if settings.axes == played.settings.axes else table_of(settings)
    if any(getattr(settings, name) != getattr(played.settings, name) for name in _NETWORK):
        return _drawn(settings, table)
    plan, effort = _planned(settings, table)
    same = settings.batch_size == played.settings.batch_size
    return dataclasses.replace(
        played,
        settings=settings,
        table=table,
        plan=plan,
        effort=effort,
        step=played.step if same else 0,
        before=played.before if same else played.epoch,
        looks=played.looks if same else (),
    )


def advanced(played: Played, rounds: int, *, by_step: bool = False) -> Played:
    """Return the play after `rounds` more epochs, or single steps; an epoch that was begun is finished first."""
    within = played.step % _line(played).steps
    if within and not by_step:
        played = _called(played, _line(played).steps - within, by_step=True)
        rounds -= 1
    while rounds > 0:
        most = _line(played, by_step=by_step).whole
        played = _called(played, min(rounds, most), by_step=by_step)
        rounds -= most
    return played


def with_weight(played: Played, layer: int, before: int, unit: int, value: float) -> Played:
    """Return the play with one weight set: into unit `unit` of dense layer `layer`, from `before`, -1 for the bias.

    Raises `SettingError` where there is no such weight.
    """
    layout = played.plan.layout
    parameters = jax.tree.map(lambda leaf: np.array(leaf), layout.unpack(played.carry.weights))
    names = sorted(parameters)
    leaf = parameters[names[layer]]["bias" if before < 0 else "weight"] if 0 <= layer < len(names) else None
    place = (unit,) if before < 0 else (before, unit)
    if leaf is None or not all(0 <= at < size for at, size in zip(place, leaf.shape, strict=True)):
        raise SettingError(f"There is no weight from {before} to unit {unit} of layer {layer}.")
    if not np.isfinite(value) or abs(value) > LARGEST_WEIGHT:
        raise SettingError(f"A weight must be a number within ±{LARGEST_WEIGHT:g}. Got {value:g} instead.")
    leaf[place] = value
    weights = jax.tree.map(jax.numpy.asarray, layout.pack(parameters))
    return dataclasses.replace(played, carry=played.carry._replace(weights=weights))


def _called(played: Played, rounds: int, *, by_step: bool) -> Played:
    line = _line(played, by_step=by_step)
    rounds = min(rounds, (line.total - played.step) // line.round)
    if rounds < 1 or int(played.carry.stopped):
        return played
    train, held = _on_device(played.table)
    program = compiled(played.plan)
    done = int(played.carry.rounds)
    carry = jax.tree.map(lambda leaf: jax.numpy.array(leaf, copy=True), played.carry)  # the program takes it over
    carry, curves = program(carry, train, held, line.stretch(played.step, rounds), _limits())
    ran = int(carry.rounds) - done
    step = played.step + ran * line.round
    losses, norms, held_losses, values = (np.asarray(column)[:ran].tolist() for column in curves[:4])
    show = played.metric
    fresh = [
        EpochRecord(
            epoch=played.before + line.epochs(played.step + (index + 1) * line.round),
            step=played.step + (index + 1) * line.round,
            train_loss=losses[index], validation_loss=held_losses[index], metric=show.name,
            validation_metric=show.show(values[index]), learning_rate=played.settings.learning_rate,
            gradient_norm=norms[index], seconds=0.0,
        )
        for index in range(ran)
    ]  # fmt: skip
    looks = played.looks if by_step else with_looks(Position(0, 0.0, (), played.looks), curves.seen, fresh, line)
    return dataclasses.replace(played, carry=carry, step=step, records=(*played.records, *fresh), looks=looks)


def _drawn(settings: PlaySettings, table: Table) -> Played:
    plan, effort = _planned(settings, table)
    carry = drawn(plan, table.train, table.encoding.task, settings.seed)
    return Played(settings, table, plan, effort, in_view(carry, _on_device(table)[1], plan.precision))


def _planned(play: PlaySettings, table: Table) -> tuple[Plan, Effort]:
    settings = settings_of(play, table.encoding.task)
    return build_plan(settings, table.encoding, len(table.train)), build_effort(settings.training, len(table.train))


def _line(played: Played, *, by_step: bool = False) -> Timeline:
    effort = dataclasses.replace(played.effort, validate_every=1) if by_step else played.effort
    train = played.table.train
    return Timeline(len(train), train.inputs[:1].nbytes, effort, played.settings.seed)


def _on_device(table: Table) -> tuple[Split, Split]:
    return on_device(table.train), for_judging(table.held)


def _limits() -> Limits:
    """Nothing but a loss that is not finite ends a play."""
    one: Any = handed(np.float32(1.0))
    return Limits(handed(_PATIENCE), handed(np.float32(0.0)), one, handed(np.float32(np.inf)))
