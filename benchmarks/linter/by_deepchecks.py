"""What deepchecks says of a table, in an environment of its own: `python by_deepchecks.py TRAIN.csv TEST.csv TARGET`.

All conditions of its two suites that need no model, as they come; those not passed are written as JSON.
"""

import json
import os
import sys
import warnings
from pathlib import Path

import pandas as pd


def main() -> None:
    """Write [[check, what it says], ...] of the conditions that were not passed, and the checks that broke."""
    warnings.simplefilter("ignore")
    sys.stdout, out = Path(os.devnull).open("w"), sys.stdout  # noqa: SIM115
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import data_integrity, train_test_validation

    target = sys.argv[3]
    tables = [pd.read_csv(path, skipinitialspace=True, na_values=["?"]) for path in sys.argv[1:3]]
    words = [name for name in tables[0].columns if tables[0][name].dtype == object and name != target]
    train, test = (Dataset(table, label=target, cat_features=words) for table in tables)
    results = [data_integrity().run(train), train_test_validation().run(train, test)]
    found, broken = [], []
    for result in results:
        for one in result.results:
            if type(one).__name__ == "CheckFailure":
                broken.append([type(one.check).__name__, str(one.exception)[:200]])
                continue
            for condition in one.conditions_results:
                if not condition.is_pass():
                    details = f"{condition.category.name}: {condition.details} {str(one.value)[:2000]}"
                    found.append([one.check.name(), details])
    out.write(json.dumps({"found": found, "broken": broken}))


if __name__ == "__main__":
    main()
