"""cleanlab's wrong labels from given probabilities, in an environment of its own: `python by_cleanlab.py FILE`."""

import json
import sys

import numpy as np
from cleanlab.filter import find_label_issues

FILTERS = ("prune_by_noise_rate", "confident_learning", "both", "predicted_neq_given")


def main() -> None:
    """Write, as JSON, the places that each of its filters names, the likeliest first."""
    with np.load(sys.argv[1]) as given:
        labels, shares = given["labels"], given["shares"]
    found = {
        name: find_label_issues(labels, shares, filter_by=name, return_indices_ranked_by="normalized_margin").tolist()
        for name in FILTERS
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
