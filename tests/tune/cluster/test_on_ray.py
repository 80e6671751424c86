"""A real Ray cluster of two nodes, one of which is killed while it trains."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from piste.core.errors import MissingExtraError, RunError
from piste.tune.cluster.on_ray import Slot, connected, slots_of

# A program of its own: Ray's threads, sockets and warnings end with it. The second node is killed when the first
# chunk is done, with another chunk under way on it.
PROGRAM = """
import dataclasses, sys
from pathlib import Path
from ray.cluster_utils import Cluster
from piste.recipe.progress import Silent
from piste.recipe.tune import tune_with
from piste.recipe.tuning import Asked
from piste.tune.cluster.on_ray import OnRay, connected
from piste.tune.priors import log
from piste.tune.settings import TuneSettings

NODE = {"num_cpus": 1, "object_store_memory": 80_000_000}
QUICK = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 3}
killed = []


class Watched(OnRay):
    def _result(self, task, slot, chunk):
        records = super()._result(task, slot, chunk)
        if records is None:
            lost.append(chunk.numbers)
        elif not killed:
            killed.append(slot)
            under_way.extend(one.node for one, _ in self._running.values())
            cluster.remove_node(second, allow_graceful=False)
        return records


lost, under_way = [], []
cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False, "_system_config": QUICK})
second = cluster.add_node(**NODE)
cluster.wait_for_nodes()
ray = connected(cluster.address)
how = TuneSettings(trials=16, scheduler="none", at_once=2, final=False)
said = frozenset({"trials", "scheduler", "at_once", "final"})
ranges = {"learning_rate": log(1e-3, 1e-1), "weight_decay": log(1e-4, 1e-1)}
asked = Asked({"model": "mlp", "hidden": (8,), "epochs": 10}, ranges, {}, how, "the test", said)
runs = Path(sys.argv[1])
spread = tune_with("iris", asked, runs / "cluster", Silent(), None, executor=lambda bench: Watched(bench, ray))
cluster.shutdown()
alone = tune_with("iris", asked, runs / "alone", Silent(), None)


def plain(study):
    return [dataclasses.replace(one, seconds=0.0, worker="") for one in study.trials]


assert len(killed) == 1, killed
assert len(under_way) == 1 and len(lost) <= 1, (under_way, lost)
assert all(one.status == "finished" for one in spread.trials), spread.trials
assert plain(spread) == plain(alone)
assert all("node" in one.worker for one in spread.trials)
print("nodes", len({one.worker.split()[-1] for one in spread.trials}), "lost", len(lost))
"""


# From outside, through the server that a cluster's head has for Ray's client.
OUTSIDE = """
import dataclasses, socket, sys, time
from pathlib import Path
from ray.cluster_utils import Cluster
from piste.recipe.progress import Silent
from piste.recipe.tune import tune_with
from piste.recipe.tuning import Asked
from piste.tune.priors import log
from piste.tune.settings import TuneSettings

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
head = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False, "ray_client_server_port": port}
cluster = Cluster(initialize_head=True, head_node_args=head)
cluster.wait_for_nodes()
for _ in range(600):  # the server for clients begins some time after its node
    with socket.socket() as knocking:
        if knocking.connect_ex(("127.0.0.1", port)) == 0:
            break
    time.sleep(0.1)
how = TuneSettings(trials=4, scheduler="none", at_once=2, final=False, cluster=f"ray://127.0.0.1:{port}")
said = frozenset({"trials", "scheduler", "at_once", "final", "cluster"})
asked = Asked({"model": "mlp", "hidden": (8,), "epochs": 2}, {"learning_rate": log(1e-3, 1e-1)}, {}, how, "x", said)
runs = Path(sys.argv[1])
spread = tune_with("iris", asked, runs / "cluster", Silent(), None)
cluster.shutdown()
here = dataclasses.replace(asked, how=dataclasses.replace(how, cluster=""))
alone = tune_with("iris", here, runs / "alone", Silent(), None)


def plain(study):
    return [dataclasses.replace(one, seconds=0.0, worker="") for one in study.trials]


assert all(one.status == "finished" for one in spread.trials), spread.trials
assert plain(spread) == plain(alone)
assert all("node" in one.worker for one in spread.trials)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ray's clusters for tests need a Unix system")
def test_a_cluster_is_reached_from_outside(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    # Not among the locked packages: beside other tests Ray does not always manage to begin its server for a client.
    pytest.importorskip("grpc", reason="Ray's client is not installed")
    outcome = subprocess.run(
        [sys.executable, "-c", OUTSIDE, str(tmp_path)], capture_output=True, text=True, timeout=240, check=False
    )
    assert outcome.returncode == 0, outcome.stderr[-4000:]


@pytest.mark.skipif(sys.platform == "win32", reason="Ray's clusters for tests need a Unix system")
def test_a_node_that_dies_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    outcome = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, timeout=240, check=False
    )
    assert outcome.returncode == 0, outcome.stderr[-4000:]
    assert "nodes " in outcome.stdout


def test_places_are_gpus_or_nodes() -> None:
    nodes = [
        {"NodeID": "a", "Alive": True, "Resources": {"CPU": 8.0, "GPU": 2.0}},
        {"NodeID": "b", "Alive": True, "Resources": {"CPU": 4.0}},
        {"NodeID": "c", "Alive": False, "Resources": {"CPU": 4.0}},
        {"NodeID": "d", "Alive": True, "Resources": {"memory": 1.0}},
    ]
    assert slots_of(nodes) == [Slot("a", 0, 4.0, 1.0), Slot("a", 1, 4.0, 1.0), Slot("b", 0, 4.0, 0.0)]


def test_without_ray_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> object:
        if name == "ray":
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(MissingExtraError, match=r'install it with `pip install "piste\[cluster\]"`\.'):
        connected("local")


@pytest.mark.parametrize("address", ["ray://127.0.0.1:1", "127.0.0.1:1"])
def test_nobody_waits_for_a_cluster_that_is_not_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    with pytest.raises(RunError, match=f"No Ray cluster answers at {address}: "):
        connected(address)


def test_an_address_of_rays_client_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'install it with `pip install "ray\[client\]"`\.'):
        connected("ray://127.0.0.1:1")
