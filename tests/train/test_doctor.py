from pathlib import Path

import jax
import pytest

from piste.core.records import decode, encode
from piste.train import doctor
from piste.train.compiler import REPAIR, Verdict
from piste.train.doctor import DoctorRecord, examine, matrix_product_rate

RIGHT = Verdict(True, 4.0, 4.0)
WRONG = Verdict(False, 4.0, 3.0)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(doctor, "configure_jax", lambda: tmp_path)
    monkeypatch.setattr(doctor, "matrix_product_rate", lambda: matrix_product_rate(32, 2))
    return tmp_path


def test_the_record_says_what_is_here_and_survives_json(small: Path) -> None:
    (small / "entry").write_bytes(b"12345")
    record = examine()
    assert record.versions["jax"] == jax.__version__
    assert "absent" not in record.versions.values()
    assert len(record.devices) == len(jax.devices())
    assert record.cores >= 1
    assert record.cache_bytes == 5
    assert record.healthy
    assert record.sentence == "right (1073741824)"
    assert decode(encode(record), DoctorRecord) == record


def test_the_rate_is_that_of_the_operations_over_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 10.0, 14.0, 20.0, 22.0])  # three products, of 1, 4 and 2 seconds
    monkeypatch.setattr("piste.train.doctor.time.perf_counter", lambda: next(ticks))
    assert matrix_product_rate(side=10, repeats=3) == pytest.approx(2 * 10**3 / 2.0 / 1e9)


@pytest.mark.parametrize(
    ("repaired", "healthy", "words"),
    [
        (Verdict(True, 4.0, 4.0, REPAIR), True, "repaired by compiler options"),
        (WRONG, False, "not repaired"),
        (None, False, "install another version"),
    ],
)
def test_a_wrong_compiler_is_said(
    monkeypatch: pytest.MonkeyPatch, small: Path, repaired: Verdict | None, healthy: bool, words: str
) -> None:
    monkeypatch.setattr(doctor, "known_answer", lambda: WRONG)
    monkeypatch.setattr(doctor, "repaired_answer", lambda: repaired)
    record = examine()
    assert record.healthy is healthy
    assert words in record.sentence
    assert "3 where 4 is right" in record.sentence


def test_no_cache_is_said(monkeypatch: pytest.MonkeyPatch, small: Path) -> None:
    monkeypatch.setattr(doctor, "configure_jax", lambda: None)
    record = examine()
    assert (record.cache_folder, record.cache_bytes) == ("", 0)
