"""What a view looks at: a run's network with its examples, read once more, and its training made once more."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import RunError, SettingError
from piste.core.runs import RUN
from piste.core.settings import from_mapping
from piste.data.dataset import load
from piste.data.encoding import Encoding
from piste.data.examples import DataSet
from piste.nn.layer import Parameters, State
from piste.recipe.building import build_plan
from piste.recipe.fitting import Splits, encode_splits, fit_network
from piste.recipe.network import Network
from piste.recipe.networks import takes_of
from piste.recipe.progress import Listener, told
from piste.recipe.run import Run
from piste.recipe.settings import SECTIONS, Settings
from piste.recipe.weighting import weighted
from piste.train.examples import Examples
from piste.train.fit import drawn
from piste.train.plan import Plan
from piste.train.progress import Progress, on_host

QUICK = 60.0  # seconds of a training that is made once more without being asked


@dataclass(frozen=True)
class Moment:
    """The network at one moment of its training; `loss` is the train loss of the epoch that ended there."""

    epoch: float
    parameters: Parameters
    state: State
    loss: float = float("nan")


@dataclass(frozen=True)
class Course:
    """A training made once more: its moments, the first before any step, and the network that it kept."""

    rate: float
    moments: tuple[Moment, ...]
    kept: Network


@dataclass(frozen=True)
class Subject:
    """A finished run, its settings and its data as they were; nothing is read before it is asked for.

    `data` are those of the training, where they came from Python or lie elsewhere now.
    """

    run: Run
    data: Any
    hear: Listener

    @cached_property
    def settings(self) -> Settings:
        """The settings of the run; raises `RunError` where they are not those of this version."""
        try:
            parts: list[Any] = [
                from_mapping(kind, self.run.record.settings[section], RUN) for section, kind in SECTIONS.items()
            ]
        except (KeyError, SettingError) as error:
            raise RunError(
                f"The settings in {self.run.folder.file(RUN)} are not those of this version ({error}); train anew."
            ) from error
        return Settings(*parts)

    @cached_property
    def dataset(self) -> DataSet:
        """The data, read once more.

        Raises `RunError` where they came from Python and are not given, or have changed since.
        """
        run, source = self.run, self.run.record.source
        if self.data is None and not source:
            raise RunError(f"The data of {run.path} came from Python: give them again, data=...")
        own = self.settings.data
        if own.stream is None:  # less memory may be free than at the time
            own = dataclasses.replace(own, stream=False)
        with told(self.hear, "Reading the data"):
            dataset = load(source if self.data is None else self.data, own, takes_of(self.settings.model.model))
        if dataset.record.fingerprint != run.data.fingerprint:
            raise RunError(
                f"The data of {run.path} have changed since its training: fingerprint "
                f"{dataset.record.fingerprint[:12]}, then {run.data.fingerprint[:12]}. Give those of the training."
            )
        return dataset

    @property
    def network(self) -> Network:
        """The trained network."""
        return self.run.network

    @property
    def encoding(self) -> Encoding:
        """How examples become inputs."""
        return self.network.encoding

    @cached_property
    def splits(self) -> Splits:
        """The encoded examples."""
        return encode_splits(self.dataset, self.encoding)

    @cached_property
    def train(self) -> Examples:
        """The train split, weighed as the training weighs it."""
        return weighted(self.splits.train, self.splits.validation, self.encoding, self.settings.model.class_weights)[0]

    @cached_property
    def plan(self) -> Plan:
        """What the engine compiled."""
        return build_plan(self.settings, self.encoding, len(self.train))

    @cached_property
    def start(self) -> Moment:
        """The network before its first step."""
        carry = drawn(self.plan, self.train, self.encoding.task, self.settings.data.seed)
        state: State = jax.tree.map(np.asarray, carry.state)
        return Moment(0, on_host(self.plan.layout, carry.weights), state)

    @property
    def end(self) -> Moment:
        """The network that was kept."""
        training = self.run.record.training
        return Moment(training.best_epoch if training else np.nan, self.network.parameters, self.network.state)

    def quick(self) -> bool:
        """Return whether training once more takes so little time that nobody need be asked."""
        training = self.run.record.training
        return training is not None and training.seconds <= QUICK and self.dataset.stream is None

    def examples(self, split: str) -> Examples:
        """Return the encoded examples of "train", "validation" or "test"."""
        found: Examples = getattr(self.splits, split)
        return found

    def sample(self, split: str, most: int) -> NDArray[np.int64]:
        """Return up to `most` places in a split, evenly spread over it."""
        count = len(self.examples(split))
        return np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(np.int64))

    def trained_again(
        self, keep: Callable[[float], bool] = lambda epoch: True, rate: float | None = None, epochs: int | None = None
    ) -> Course:
        """Train once more with the same seed, at another rate if one is given, and keep the epochs that `keep` names.

        At the same rate the network that comes out is that of the run, bit for bit, on the same machine.
        """
        if self.dataset.stream is not None:
            raise SettingError("The data of this run stay on the disk; its training is not made again. Say --no-again.")
        training = dataclasses.replace(self.settings.training, minutes=0.0)
        if rate is not None:
            training = dataclasses.replace(training, learning_rate=rate)
        if epochs is not None:
            training = dataclasses.replace(training, epochs=epochs)
        settings = dataclasses.replace(self.settings, training=training)
        moments = [self.start]

        def watch(progress: Progress) -> None:
            record = progress.record
            if record is not None and keep(record.epoch):
                moments.append(Moment(record.epoch, progress.parameters(), progress.state(), record.train_loss))

        used = training.learning_rate or 0.0
        with told(self.hear, f"Training again at a rate of {used:g}"):
            kept, _ = fit_network(self.splits, self.encoding, settings, watch, by_validation=True)
        return Course(used, tuple(moments), kept)


def same_network(first: Network, second: Network) -> bool:
    """Return whether two networks have the same parameters, bit for bit."""
    pairs = zip(jax.tree.leaves(first.parameters), jax.tree.leaves(second.parameters), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)
