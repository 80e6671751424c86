"""A case as two CSV files, train and test, for peers that read tables: divided as Piste divides it, values as given."""

from pathlib import Path

import pandas as pd

from benchmarks.linter.cases import Case

TARGET = "target"


def written(case: Case, folder: str, into: Path) -> tuple[Path, Path]:
    """Write the splits of `case` into `into` and return the paths; the target's column is called "target"."""
    from piste.data.dataset import load
    from piste.data.settings import DataSettings
    from piste.data.sources import read_table

    words = [word.format(data=folder) for word in case.words]
    options = dict(zip(words[1::2], words[2::2], strict=True))
    settings = DataSettings(target=options.get("--target"), test=options.get("--test"))
    dataset = load(words[0], settings)
    first = read_table(words[0], settings)
    target = next(name for name in dataset.order if name in dataset.record.target.names or name == first.target)
    tables = {"train": first}
    if settings.test is not None:
        tables["test"] = read_table(settings.test, settings, like=first)
    frames = {name: _frame(table, target) for name, table in tables.items()}
    if "test" not in frames:
        both = frames["train"]
        tested = dataset.origin[dataset.rows["test"]]
        frames = {"train": both.drop(index=tested), "test": both.loc[tested]}
    paths = into / "train.csv", into / "test.csv"
    for path, frame in zip(paths, frames.values(), strict=True):
        frame.to_csv(path, index=False)
    return paths


def _frame(table: object, target: str) -> pd.DataFrame:
    columns = {}
    for name, values in table.columns.items():  # type: ignore[attr-defined]
        if values.ndim == 1:
            columns[name] = values
        else:  # a picture, as its pixels
            flat = values.reshape(len(values), -1)
            columns |= {f"pixel_{place}": flat[:, place] for place in range(flat.shape[1])}
    return pd.DataFrame(columns).rename(columns={target: TARGET})
