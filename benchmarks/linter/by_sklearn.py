"""What scikit-learn's own validation says of a table: `python by_sklearn.py TRAIN.csv TEST.csv TARGET`.

The usual pipeline is fitted and scored; every warning and error that it raises is written as JSON.
"""

import json
import sys
import warnings

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

MOST_CLASSES = 20


def main() -> None:
    """Write the score and what was said on the way."""
    train, test = (pd.read_csv(path, skipinitialspace=True, na_values=["?"]) for path in sys.argv[1:3])
    target = sys.argv[3]
    encoder = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    said, score = [], None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            classes = train[target].nunique() <= MOST_CLASSES
            answers = [side[target].astype(str if classes else float) for side in (train, test)]
            model = make_pipeline(encoder, LogisticRegression(max_iter=1000) if classes else Ridge())
            model.fit(train.drop(columns=target), answers[0])
            score = model.score(test.drop(columns=target), answers[1])
        except ValueError as error:
            said.append(str(error)[:200])
    said += sorted({f"{one.category.__name__}: {str(one.message)[:150]}" for one in caught})
    sys.stdout.write(json.dumps({"said": said, "score": score}))


if __name__ == "__main__":
    main()
