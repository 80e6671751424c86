"""Embeddings, curvature and attacks on trained networks, against the numbers that they must agree with."""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import MissingExtraError, SettingError
from piste.lens.views.layers import outputs_of_layers
from piste.nn.layer import Context
from piste.recipe.predict import predict
from piste.recipe.progress import Silent
from piste.recipe.run import Run
from piste.recipe.view import view
from piste.recipe.view_subject import Subject


def test_the_map_is_the_principal_plane_of_the_last_hidden_layer(iris: Run) -> None:
    sklearn = pytest.importorskip("sklearn.decomposition")
    seen = view(iris, "embedding").data
    subject, network = Subject(iris, None, Silent()), iris.network
    inputs = jnp.asarray(subject.splits.test.inputs)
    hidden = outputs_of_layers(network.model, network.parameters, network.state, inputs)[1][seen.layer]
    other = sklearn.PCA(2).fit_transform(np.asarray(hidden, np.float64))
    np.testing.assert_allclose(np.abs(seen.x), np.abs(other[:, 0]), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(np.abs(seen.y), np.abs(other[:, 1]), rtol=1e-3, atol=1e-3)
    right = np.mean([truth == answer for truth, answer in zip(seen.truth, seen.answers, strict=True)])
    assert right == pytest.approx(iris.score("accuracy").value)
    with pytest.raises(SettingError, match="There is no layer 'nowhere'"):
        view(iris, "embedding", layer="nowhere")


@pytest.mark.slow
def test_umap_keeps_neighbours_together_the_same_way_each_time(iris: Run) -> None:
    pytest.importorskip("umap")
    seen = view(iris, "embedding", method="umap", split="train").data
    flat = view(iris, "embedding", split="train").data
    assert (seen.method, seen.shares) == ("umap", ())
    assert (seen.rows, seen.truth, seen.layer) == (flat.rows, flat.truth, flat.layer)
    places = np.stack([seen.x, seen.y], axis=1)
    gaps = np.linalg.norm(places[:, None] - places[None], axis=-1) + np.diag(np.full(len(places), np.inf))
    kinds = np.asarray(seen.truth)
    assert np.mean(kinds[gaps.argmin(axis=1)] == kinds) > 0.85  # neighbours on the map are of one class
    again = view(iris, "embedding", method="umap", split="train").data
    assert (again.x, again.y) == (seen.x, seen.y)


def test_without_umap_one_sentence_says_what_to_install(iris: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'piste\[umap\]'"):
        view(iris, "embedding", method="umap")


def test_the_largest_eigenvalue_is_the_curvature_along_its_direction(iris: Run) -> None:
    seen = view(iris, "hessian", examples=60, steps=30).data
    subject, network = Subject(iris, None, Silent()), iris.network
    rows = subject.sample("train", 60)
    inputs, targets = jnp.asarray(subject.train.inputs[rows]), jnp.asarray(subject.train.targets[rows])
    leaves, structure = jax.tree.flatten(network.parameters)
    ends = np.cumsum([leaf.size for leaf in leaves])[:-1]

    def loss(vector: jax.Array) -> jax.Array:
        parts = [part.reshape(leaf.shape) for part, leaf in zip(jnp.split(vector, ends), leaves, strict=True)]
        outputs, _ = network.model.run(jax.tree.unflatten(structure, parts), network.state, inputs, Context())
        return jnp.mean(subject.plan.loss(outputs, targets))

    whole = np.asarray(jax.hessian(loss)(jnp.concatenate([jnp.ravel(leaf) for leaf in leaves])), np.float64)
    exact = np.linalg.eigvalsh((whole + whole.T) / 2)
    assert seen.parameters == len(exact)
    np.testing.assert_allclose(seen.largest[:4], exact[::-1][:4], rtol=1e-2)
    assert sum(seen.density) == pytest.approx(1.0, rel=1e-4)


def test_pictures_are_changed_a_little_and_fool_the_network(squares: Run) -> None:
    seen = view(squares, "adversarial", strength=60.0, steps=5, examples=12).data
    assert seen.unit == "levels of 255"
    assert seen.accuracy[0] > seen.accuracy[-1]
    assert list(seen.strengths) == sorted(seen.strengths)
    for one in seen.examples:
        assert one.before == one.truth
        assert 0 < one.moved <= 60
        assert all((one.original, one.changed, one.difference))
        if one.before != one.after:
            assert one.least <= 60
    single = view(squares, "adversarial", steps=1, examples=2).data
    assert single.method == "fast gradient sign"


def test_rows_are_changed_in_their_own_units(iris: Run) -> None:
    seen = view(iris, "adversarial", strength=1.5).data
    subject = Subject(iris, None, Silent())
    one = next(each for each in seen.examples if each.before != each.after)
    columns = {column.name: column for column in subject.dataset.used}
    place = subject.dataset.origin.tolist().index(one.row)
    row = {name: float(np.asarray(column.values, np.float64)[place]) for name, column in columns.items()}
    changed = dict(row)
    for said in one.values:
        name, numbers = said.rsplit(": ", 1)
        before, after = (float(number) for number in numbers.split(" to "))
        assert before == pytest.approx(row[name], rel=1e-2)
        changed[name] = after
    again = predict(iris, {name: [value] for name, value in changed.items()})
    assert again.values[0] == one.after
    assert again.outputs.max() == pytest.approx(one.after_confidence, abs=0.02)


def test_numbers_cannot_be_fooled_about(trips: tuple[Run, object]) -> None:
    with pytest.raises(SettingError, match="An attack changes an answer among classes"):
        view(trips[0], "adversarial")
