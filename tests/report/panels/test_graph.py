"""The graph and the chain rule as panels: folded tables, charts that are specs, pages that a name cannot break."""

from typing import Any

import jax
import jax.numpy as jnp
import pytest

from piste.core.graphs import ChainRecord, GraphRecord
from piste.core.panels import Chart, Grid
from piste.lens.look import look
from piste.report import html, text
from piste.report.panels.graph import graph_panel
from piste.report.panels.graph_chain import chain_panel


@pytest.fixture(scope="module")
def seen() -> tuple[GraphRecord, ChainRecord]:
    def loss(p: Any, x: Any) -> Any:
        with jax.named_scope("one"):
            x = jnp.tanh(x @ p["<one>"])
        with jax.named_scope("two"):
            x = jnp.sin(x)
        return jnp.sum(x)

    found = look(loss, {"<one>": jnp.ones((2, 2))}, jnp.asarray([[0.1, 0.2]]))
    return found.graph, found.chain("<one>[0, 1]").record


def test_each_layer_unfolds_to_its_values(seen: tuple[GraphRecord, ChainRecord]) -> None:
    panel = graph_panel(seen[0])
    grids = [one for one in panel.blocks if isinstance(one, Grid)]
    assert [(one.caption, one.folded, len(one.rows)) for one in grids] == [
        ("one: 3 values, 4 weights", True, 3),
        ("two: 1 values", True, 1),
        ("Outside of layers: 2 values", True, 2),
    ]
    (chart,) = [one for one in panel.blocks if isinstance(one, Chart)]
    assert {row["label"] for row in chart.spec["data"]["values"]} == {"one", "two"}
    assert "&lt;one&gt;" in html((panel,), "graph")
    assert "one: 3 values" in text((panel,))


def test_the_chain_has_its_paths_as_picture_and_tables(seen: tuple[GraphRecord, ChainRecord]) -> None:
    panel = chain_panel(seen[1])
    (chart,) = [one for one in panel.blocks if isinstance(one, Chart)]
    assert [one["step"] for one in chart.spec["data"]["values"]] == [0, 1, 2, 3, 4]
    tables = [one for one in panel.blocks if isinstance(one, Grid)]
    assert tables[0].caption.startswith("Path 1: product ")
    assert tables[-1].columns[0] == "through"
    assert "<one>" not in html((panel,), "chain")
