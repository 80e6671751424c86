"""The scripts and styles in the package are those that the sources give."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not (FRONTEND / "node_modules").is_dir(), reason="Node, or frontend/node_modules, is not installed"
)


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([str(NODE), "build.mjs", str(tmp_path)], cwd=FRONTEND, capture_output=True, timeout=120, check=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert {Path("report/assets/charts.min.js"), Path("web/assets/main.js")} <= set(made)
    for path, content in made.items():
        assert (ROOT / "src/piste" / path).read_bytes() == content, f"{path} is stale: npm run build in frontend/"


def test_no_script_of_an_earlier_build_is_left() -> None:
    assets = ROOT / "src/piste/web/assets"
    chunks = {path.name for path in assets.glob("*-????????.js")}
    entry = (assets / "main.js").read_text("utf-8") + "".join((assets / name).read_text("utf-8") for name in chunks)
    assert [name for name in chunks if name not in entry] == []


def test_the_types_are_sound() -> None:
    checker = FRONTEND / "node_modules/typescript/bin/tsc"
    outcome = subprocess.run(
        [str(NODE), str(checker), "--noEmit"], cwd=FRONTEND, capture_output=True, text=True, timeout=120, check=False
    )
    assert outcome.returncode == 0, outcome.stdout
