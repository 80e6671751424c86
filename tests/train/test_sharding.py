import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.train.sharding import check_devices, placed, placements, split, usual_devices

CASES = ("mlp", "uneven", "fewer-double", "averaged", "accumulated", "mixed", "cnn", "cnn-double", "mlp-half")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what trainings on one, two and four devices gave."""
    folder = tmp_path_factory.mktemp("sharded")
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    script = Path(__file__).with_name("sharded.py")
    subprocess.run([sys.executable, "-W", "error", script, folder], env=environment, check=True, timeout=1200)
    return folder


def read(folder: Path, name: str) -> dict[str, NDArray[np.generic]]:
    with np.load(folder / f"{name}.npz") as file:
        return dict(file)


def distance(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    return float(np.linalg.norm(one - other) / np.linalg.norm(other))  # type: ignore[operator]


@pytest.mark.slow
@pytest.mark.parametrize("devices", [2, 4])
@pytest.mark.parametrize("case", CASES)
def test_several_devices_give_what_one_gives(case: str, devices: int, results: Path) -> None:
    one, several = read(results, f"{case}-1"), read(results, f"{case}-{devices}")
    # In double, where rounding is no excuse, batches that no number of devices divides agree as well, and batches of
    # fewer examples than devices.
    tolerance = {"cnn-double": 1e-12, "fewer-double": 1e-12, "mlp-half": 1e-3}.get(case, 1e-6)
    for name in ("parameters", "state", "losses", "outputs"):
        assert distance(several[name], one[name]) < tolerance, name
    if case != "mlp-half":
        np.testing.assert_allclose(several["metric"].astype(float), one["metric"].astype(float), rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("before", [1, 4])
def test_a_checkpoint_goes_on_among_another_number_of_devices(before: int, results: Path) -> None:
    undisturbed, resumed = read(results, "mlp-1"), read(results, f"crossed-{before}")
    for name in ("parameters", "state", "losses", "outputs"):
        assert distance(resumed[name], undisturbed[name]) < 1e-6, name


@pytest.mark.slow
def test_parts_of_a_cpu_are_not_used_unasked_and_no_more_than_there_are(results: Path) -> None:
    assert (results / "usual").read_text() == "1"
    assert (results / "refused").read_text() == (
        "There are fewer than 5 devices here: JAX finds 4 (cpu). Choose --devices 4, or leave it out; a CPU is divided "
        "by setting XLA_FLAGS=--xla_force_host_platform_device_count=5."
    )


def test_one_device_changes_nothing() -> None:
    tree = {"rows": np.ones((4, 2))}
    assert placed(1, tree) is tree
    assert split(1, tree) is tree
    assert placements(1) == {}


def test_devices_that_are_not_there_are_refused() -> None:
    there = jax.local_device_count()
    check_devices(usual_devices())
    with pytest.raises(SettingError, match=f"fewer than {there + 1} devices here: JAX finds {there}"):
        check_devices(there + 1)
    with pytest.raises(SettingError, match="Got 0 devices"):
        check_devices(0)
