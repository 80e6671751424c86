"""`piste lens`: the tree, a node, the chain rule, a check, a page, JSON, and mistakes."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Piste

from piste.core.graphs import ChainRecord, GraphRecord
from piste.core.records import decode

FIRST = "00_dense.weight"


def test_the_tree_names_layers_with_value_and_gradient(piste: Piste, fruit_run: Path) -> None:
    outcome = piste("lens", fruit_run)
    assert outcome.code == 0
    assert "Every value and every gradient was kept." in outcome.out
    row = next(line for line in outcome.out.splitlines() if line.strip().startswith(FIRST))
    assert float(row.split()[-1]) >= 0.0
    assert "loss (" in outcome.out


def test_a_node_a_chain_and_a_check(piste: Piste, fruit_run: Path) -> None:
    assert f"{FIRST}: weight" in piste("lens", fruit_run, "--node", FIRST).out
    assert "00_dense/matmul" in piste("lens", fruit_run, "--node", "00_dense").out
    chain = piste("lens", fruit_run, "--example", 1, "--chain", f"{FIRST}[0, 1]", "--json")
    record = decode(chain.out, ChainRecord)
    assert record.weight == f"{FIRST}[0, 1]"
    assert record.stations[-1].product == pytest.approx(record.gradient, abs=1e-6)
    assert "by differences of the loss in float64" in piste("lens", fruit_run, "--check", FIRST).out


def test_the_page_and_its_record_stand_in_the_folder(piste: Piste, fruit_run: Path) -> None:
    outcome = piste("lens", fruit_run, "--page", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["nodes"]
    page = (fruit_run / "lens.html").read_text(encoding="utf-8")
    assert "<details>" in page
    assert FIRST in page
    decode((fruit_run / "lens.json").read_bytes(), GraphRecord)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--node", "a", "--chain", "b"), "Only one of --node, --chain, --check and --page"),
        (("--node", "00_dens"), "No node is called '00_dens'"),
        (("--chain", FIRST), f"name one number in it, such as {FIRST}[0, 0]"),
        (("--example", "5000"), "Got 5000 instead"),
        (("--split", "all"), "must be one of train, validation, test"),
    ],
)
def test_mistakes_are_one_sentence(piste: Piste, fruit_run: Path, words: tuple[str, ...], said: str) -> None:
    outcome = piste("lens", fruit_run, *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
