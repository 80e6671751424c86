"""Chunks trained on the nodes of a Ray cluster: a task for each, on a device of its own.

The driver places the tasks itself, one on every GPU, or one on every node without: a population fills all cores. What
is trained is put into the object store once, and reaches every node once. Results go back to the driver, which alone
writes into the study's store. Whoever dies with a chunk loses nothing but time: it is done again elsewhere.
"""

import contextlib
import importlib
import importlib.util
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from piste.core.errors import MissingExtraError, PisteError, RunError
from piste.core.studies import TrialRecord
from piste.core.versions import versions
from piste.tune.chunk import Chunk, Execute, Hear
from piste.tune.cluster.lost import Losses
from piste.tune.cluster.processes import named

LOCAL, _CLIENT = "local", "ray://"
_INSTALL_CLIENT = 'pip install "ray[client]"'
_KNOCK = 10.0  # seconds for a cluster to open its door
_LOOK = 0.2  # seconds between two looks at what the tasks say
_SCAN = 2.0  # seconds between two looks at which nodes there are
_DOUBT = 30.0  # seconds without a new task for a node on which one died, while there are others: Ray is late
_EMPTY = 60.0  # seconds without any node after which nobody waits for one any more


@dataclass(frozen=True)
class Slot:
    """A place for one task: a node, or one of its GPUs."""

    node: str
    number: int
    cpus: float
    gpus: float


def slots_of(nodes: Sequence[dict[str, Any]]) -> list[Slot]:
    """Return the places on `nodes`, as `ray.nodes()` describes them: one for each GPU, else one with all cores."""
    found = []
    for node in nodes:
        resources = node.get("Resources", {})
        cpus, gpus = resources.get("CPU", 0.0), int(resources.get("GPU", 0))
        if node.get("Alive") and gpus:
            found += [Slot(node["NodeID"], number, cpus // gpus, 1.0) for number in range(gpus)]
        elif node.get("Alive") and cpus:
            found.append(Slot(node["NodeID"], 0, cpus, 0.0))
    return found


def connected(address: str) -> Any:
    """Return Ray, connected to the cluster at `address`, or to one that is begun on this machine for "local".

    Raises `MissingExtraError` without Ray, `RunError` where no cluster answers.
    """
    try:
        ray = importlib.import_module("ray")
    except ImportError as error:
        raise MissingExtraError('A cluster needs Ray; install it with `pip install "piste[cluster]"`.') from error
    if ray.is_initialized():
        return ray
    if address.startswith(_CLIENT) and importlib.util.find_spec("grpc") is None:
        raise MissingExtraError(f"An address like {address} needs Ray's client; install it with `{_INSTALL_CLIENT}`.")
    _knock(address)
    begun = {"include_dashboard": False} if address == LOCAL else {}
    try:
        ray.init(
            address=address, log_to_driver=False, logging_level="ERROR", namespace="piste", **begun
        )  # fmt: skip
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        said = " ".join(str(error).split())[:200]
        raise RunError(f"No Ray cluster answers at {address}: {said}") from error
    return ray


def _knock(address: str) -> None:
    """Raise `RunError` where nobody is at `address`, for which Ray itself would look for minutes."""
    host, _, port = address.removeprefix(_CLIENT).rpartition(":")
    if address == LOCAL or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK).close()
    except OSError as error:
        raise RunError(f"No Ray cluster answers at {address}: {error.strerror or error}.") from error


class OnRay:
    """Trains as many chunks at a time as the cluster has places; those that come or go on the way are noticed."""

    def __init__(self, execute: Execute, ray: Any) -> None:
        self._ray = ray
        self._losses = Losses()
        self._held = ray.put(execute)
        self._ear = self._here(_Ear).remote()
        self._running: dict[Any, tuple[Slot, Chunk]] = {}
        self._queue: list[Chunk] = []
        self._doubted: dict[str, float] = {}  # nodes on which a task died, and when
        self._slots = slots_of(ray.nodes())
        self._scanned = self._seen = time.monotonic()

    def _here(self, kind: type) -> Any:
        """Return `kind` as an actor on the driver's own node, which takes no place of a task."""
        strategies = importlib.import_module("ray.util.scheduling_strategies")
        node = self._ray.get_runtime_context().get_node_id()
        where = strategies.NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        return self._ray.remote(num_cpus=0, scheduling_strategy=where)(kind)

    @property
    def places(self) -> int:
        """How many tasks the cluster takes now, at least one."""
        self._scan()
        return max(len(self._slots), 1)

    def start(self, chunk: Chunk) -> None:
        """Send the chunk to a free place, or keep it until there is one."""
        self._queue.append(chunk)
        self._send()

    def wait(self, hear: Hear) -> tuple[TrialRecord, ...]:
        """Return the records of the chunk that is done next. What a chunk raises is raised here."""
        while True:
            self._send()
            hear(())  # so that who wants to stop is not kept waiting for a word of the trials
            tasks = list(self._running)
            done = self._ray.wait(tasks, timeout=_LOOK)[0] if tasks else []
            for trials in self._ray.get(self._ear.drain.remote()):
                hear(trials)
            for task in done:
                slot, chunk = self._running.pop(task)
                if (records := self._result(task, slot, chunk)) is not None:
                    return records
            if not tasks:
                time.sleep(_LOOK)

    def _result(self, task: Any, slot: Slot, chunk: Chunk) -> tuple[TrialRecord, ...] | None:
        """Return what a task returned; None where whoever did it died, and it is done again."""
        errors = self._ray.exceptions
        try:
            return tuple(self._ray.get(task))
        except errors.RayTaskError as error:
            raise (error.cause if isinstance(error.cause, PisteError) else error) from None
        except errors.RayError as error:
            self._losses.count(chunk, type(error).__name__)
            self._doubted[slot.node] = time.monotonic()
            self._queue.insert(0, chunk)
            self._scanned = 0.0
            return None

    def _send(self) -> None:
        self._scan()
        taken = {slot for slot, _ in self._running.values()}
        free = [slot for slot in self._trusted() if slot not in taken]
        while self._queue and free:
            slot, chunk = free.pop(0), self._queue.pop(0)
            self._running[self._task(slot, chunk)] = slot, chunk

    def _trusted(self) -> list[Slot]:
        """Return the places on nodes that are not believed to be dying; all of them where nothing else is left."""
        now = time.monotonic()
        self._doubted = {node: then for node, then in self._doubted.items() if now - then < _DOUBT}
        return [slot for slot in self._slots if slot.node not in self._doubted] or self._slots

    def _task(self, slot: Slot, chunk: Chunk) -> Any:
        strategies = importlib.import_module("ray.util.scheduling_strategies")
        where = strategies.NodeAffinitySchedulingStrategy(node_id=slot.node, soft=False)
        train = self._ray.remote(_train).options(
            num_cpus=slot.cpus, num_gpus=slot.gpus, max_retries=0, scheduling_strategy=where
        )
        # In a list the reference stays one: every worker process fetches what it stands for once, not once a task.
        return train.remote([self._held], chunk, self._ear, _installed())

    def _scan(self) -> None:
        """Look now and then which nodes there are; raises `RunError` where there has been none for long."""
        now = time.monotonic()
        if now - self._scanned >= _SCAN:
            self._slots, self._scanned = slots_of(self._ray.nodes()), now
        if self._slots:
            self._seen = now
        elif now - self._seen > _EMPTY:
            raise RunError("The cluster has no node with a core or a GPU; begin one, and go on with the study.")

    def close(self) -> None:
        """Give up what is under way, and leave the cluster."""
        with contextlib.suppress(self._ray.exceptions.RayError, ConnectionError):
            for task in self._running:
                self._ray.cancel(task, force=True)
            self._ray.kill(self._ear)
        self._ray.shutdown()


class _Ear:
    """Keeps what the tasks say until the driver asks."""

    def __init__(self) -> None:
        self._heard: list[tuple[TrialRecord, ...]] = []

    def hear(self, trials: tuple[TrialRecord, ...]) -> None:
        self._heard.append(trials)

    def drain(self) -> list[tuple[TrialRecord, ...]]:
        heard, self._heard = self._heard, []
        return heard


_BENCHES: dict[str, Execute] = {}  # of this worker process: the one that it made last


def _installed() -> str:
    return versions(["piste"])["piste"]


def _train(held: Sequence[Any], chunk: Chunk, ear: Any, version: str) -> tuple[TrialRecord, ...]:
    """Train a chunk in a worker process of the cluster."""
    if version != _installed():
        raise RunError(f"Piste {version} began the study, and a node of the cluster has {_installed()}: install one.")
    import ray

    (reference,) = held
    if reference.hex() not in _BENCHES:
        _BENCHES.clear()
        _BENCHES[reference.hex()] = ray.get(reference)
    name = f"node {ray.get_runtime_context().get_node_id()[:8]}"

    def hear(trials: Sequence[TrialRecord]) -> None:
        ear.hear.remote(tuple(named(trials, name)))

    return tuple(named(_BENCHES[reference.hex()](chunk, hear), name))
