"""The last hidden layer as a map: examples that the network finds alike lie near each other."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import MissingExtraError, SettingError
from piste.core.views_inside import EmbeddingRecord
from piste.lens.views.activations import outputs_at, shown_layers
from piste.lens.views.plane import principal_plane
from piste.recipe.view_examples import answers_of, truths_of
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject

EXAMPLES = 800

Values = NDArray[np.float64]


def embedding(subject: Subject, options: ViewOptions) -> tuple[EmbeddingRecord, tuple[str, ...]]:
    """Return where examples of a split lie. Raises `SettingError` for a layer that there is not."""
    network, split = subject.network, options.split or "test"
    places = subject.sample(split, options.examples or EXAMPLES)
    inputs = subject.examples(split).inputs[places]
    layer = _layer(subject, inputs, options.layer)
    chunks = [inputs[at : at + 128] for at in range(0, len(inputs), 128)]
    found = [outputs_at(network.model, network.parameters, network.state, chunk)[layer] for chunk in chunks]
    points = np.concatenate([np.asarray(one, np.float64).reshape(len(one), -1) for one in found])
    method = options.method or "pca"
    if method == "umap":
        flat, shares = _umap(points, subject.settings.data.seed), ()
    else:
        plane, part = principal_plane(points)
        flat, shares = plane.places(points), tuple(part.tolist())
    record = EmbeddingRecord(
        layer,
        method,
        split,
        _plain(flat[:, 0]),
        _plain(flat[:, 1]),
        truths_of(subject, split, places),
        answers_of(subject, inputs),
        tuple(subject.dataset.origin[subject.dataset.rows[split]][places].tolist()),
        shares,
    )
    return record, ()


def _layer(subject: Subject, inputs: NDArray[Any], asked: str | None) -> str:
    network = subject.network
    known = list(shown_layers(network.model, network.parameters, network.state, inputs))
    if asked is not None and asked not in known:
        raise SettingError(f"There is no layer '{asked}'. There are: {', '.join(known)}.")
    return asked or known[max(len(known) - 2, 0)]


def _umap(points: Values, seed: int) -> Values:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own dependencies
            from umap import UMAP
    except ImportError:
        raise MissingExtraError(
            "This projection needs UMAP: `pip install 'piste[umap]'`, or leave --method out."
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        neighbours = min(15, len(points) - 1)
        found = UMAP(n_neighbors=neighbours, random_state=seed, n_jobs=1).fit_transform(points.astype(np.float32))
    return np.asarray(found, np.float64)


def _plain(values: Values) -> tuple[float, ...]:
    return tuple(float(f"{value:.5g}") for value in values.tolist())
