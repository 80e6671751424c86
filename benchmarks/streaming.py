"""What streaming costs: the same examples in memory and from the disk, in turns, with the memory that each takes.

    python benchmarks/streaming.py table        # 2 million rows of a Parquet file made from a seed
    python benchmarks/streaming.py pictures     # MNIST as a folder of PNG files; PISTE_DATA must name the data

Each training runs in a process of its own, which reports the seconds of its epochs (reading, encoding and compiling
apart), the validation loss, and the most memory it ever held. Both kinds run `--repeats` times, in turns; medians are
compared. The network, its settings and the test of quality are the same. Everything is written below `--folder`.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

COLUMNS = 16
MIB = 1 << 20


def table(folder: Path, rows: int) -> Path:
    """Return a Parquet file of `rows` rows: noise in 16 columns, and a label that four of them decide, nearly."""
    path = folder / f"table-{rows}.parquet"
    if not path.exists():
        noise = ", ".join(
            f"hash(range * {COLUMNS} + {index}, 7) / 1.8446744073709552e19 - 0.5 AS x{index}"
            for index in range(COLUMNS)
        )
        label = "CASE WHEN x0 + 2 * x1 * x2 + 0.5 * x3 + 0.2 * x4 > 0 THEN 'above' ELSE 'below' END AS label"
        with duckdb.connect() as connection:
            query = f"SELECT *, {label} FROM (SELECT {noise} FROM range({rows}))"
            connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def pictures(folder: Path, most: int) -> Path:
    """Return a folder of MNIST's training pictures, `most` of them, as PNG files in a folder for each digit."""
    from PIL import Image

    from piste.data.settings import DataSettings
    from piste.data.sources import read_table

    path = folder / f"mnist-png-{most}"
    if not path.exists():
        found = read_table("mnist", DataSettings())
        test = set(found.splits.get("test", np.zeros(0, int)).tolist())
        made = folder / f"mnist-png-{most}.part"
        for digit in range(10):
            (made / str(digit)).mkdir(parents=True, exist_ok=True)
        for row, (pixels, label) in enumerate(zip(found.columns["image"], found.columns["label"], strict=True)):
            if row not in test and row < most:
                Image.fromarray(np.asarray(pixels)[..., 0]).save(made / str(label) / f"{row:05d}.png", compress_level=1)
        made.rename(path)
    return path


def train(data: str, kind: str, stream: bool, memory: float, epochs: int, folder: Path) -> dict[str, float]:
    """Train in this process; return seconds, validation loss and MiB."""
    from piste.data.dataset import load
    from piste.data.settings import DataSettings
    from piste.recipe.defaults import decide
    from piste.recipe.facts import Facts
    from piste.recipe.fitting import encode_splits, fit_network, fitted_encoding, on_disk
    from piste.recipe.settings import ModelSettings, Settings
    from piste.train.compiler import configure_jax
    from piste.train.settings import TrainingSettings

    begun = time.perf_counter()
    reading = DataSettings(target="label", stream=stream, memory=memory)
    own = TrainingSettings(epochs=epochs, batch_size=256 if kind == "table" else 64, patience=0, augment=("none",))
    network = (
        ModelSettings(model="mlp", hidden=(256, 256))
        if kind == "table"
        else ModelSettings(model="cnn", hidden=(16, 32))
    )
    dataset = load(data, reading)
    settings, _ = decide(Settings(reading, network, own), {}, Facts.of(dataset))
    encoding = fitted_encoding(dataset, settings)
    configure_jax()
    splits = on_disk(dataset, encoding, encode_splits(dataset, encoding), settings, folder)
    examples = splits.train_rows
    if not stream:  # nothing of the data as read is kept while the in-memory training runs either
        splits = replace(splits, truth={})
    del dataset
    prepared = time.perf_counter() - begun
    _, fitted = fit_network(splits, encoding, settings)
    return {
        "examples": examples,
        "prepared": prepared,
        "seconds": fitted.record.seconds - fitted.record.compile_seconds,
        "loss": min(one.validation_loss for one in fitted.epochs),
        "metric": max(one.validation_metric for one in fitted.epochs),
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measured(arguments: argparse.Namespace, data: Path, stream: bool) -> dict[str, float]:
    """Return what `train` gives in a process of its own."""
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        command = [sys.executable, __file__, arguments.kind, "--one", str(data), "--folder", folder]
        command += ["--epochs", str(arguments.epochs), "--memory", str(arguments.memory)]
        done = subprocess.run(command + (["--stream"] if stream else []), capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print a line for each training, and the medians compared."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["table", "pictures"])
    parser.add_argument("--rows", type=int, help="2,000,000 of the table, 60,000 pictures when left out")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", type=float, default=0.125, help="GiB that the streamed data may take")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "piste-streaming")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--stream", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        folder = arguments.folder / "stream"
        found = train(arguments.one, arguments.kind, arguments.stream, arguments.memory, arguments.epochs, folder)
        print(json.dumps(found))
        return
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if arguments.kind == "table":
        data = table(arguments.folder, arguments.rows or 2_000_000)
    else:
        data = pictures(arguments.folder, arguments.rows or 60_000)
    runs: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    for _ in range(arguments.repeats):
        for stream in (False, True):
            one = measured(arguments, data, stream)
            runs[stream].append(one)
            print(
                f"{'streamed ' if stream else 'in memory'}  {one['examples']:>9,.0f} examples  "
                f"prepared in {one['prepared']:6.1f} s  trained in {one['seconds']:6.1f} s  "
                f"validation loss {one['loss']:.4f}  metric {one['metric']:.4f}  at most {one['mib']:,.0f} MiB",
                flush=True,
            )
    middle = {
        stream: {key: statistics.median(one[key] for one in runs[stream]) for key in runs[stream][0]} for stream in runs
    }
    per_example = {stream: middle[stream]["seconds"] / middle[stream]["examples"] for stream in runs}
    print(
        f"streamed / in memory: {per_example[True] / per_example[False]:.3f} "
        "of the time an example (target: at most 1.10)"
    )
    print(f"memory: {middle[True]['mib']:,.0f} MiB streamed, {middle[False]['mib']:,.0f} MiB in memory")
    print(f"metric: {middle[True]['metric']:.4f} streamed, {middle[False]['metric']:.4f} in memory")
    if abs(middle[True]["metric"] - middle[False]["metric"]) > 0.01:
        sys.exit("The qualities differ by more than a point: the comparison is not fair.")


if __name__ == "__main__":
    main()
