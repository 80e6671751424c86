import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes

from piste.core.records import EvaluationRecord, Task, decode, encode
from piste.evaluate import Predictions, evaluate, evaluation_record, run_baselines


def nothing(_: int) -> tuple[dict[str, str], str]:
    return {}, ""


def test_a_two_class_evaluation_survives_json() -> None:
    inputs, truth = load_breast_cancer(return_X_y=True)
    train = inputs[:300].astype(np.float32), truth[:300]
    ran, skipped = run_baselines(train, inputs[300:].astype(np.float32), Task.TWO_CLASS, ("bad", "good"), ("y",), 0)
    network = Predictions(Task.TWO_CLASS, ("bad", "good"), truth[300:], ran[2].outputs, ("y",))
    record = evaluation_record(network, ran, skipped, np.arange(300, 569), nothing, seed=0)
    assert decode(encode(record), EvaluationRecord) == record
    assert (record.rows, record.main) == (269, "accuracy")
    assert record.scores == evaluate(network, 0)
    assert sum(map(sum, record.confusion)) == 269
    assert [one.name for one in record.baselines] == ["majority", "nearest", "logistic", "trees"]
    assert record.baselines[0].verdict == "better"
    assert record.baselines[2].difference == 0
    assert record.calibration is not None
    assert record.residuals == ()
    assert record.verdict.startswith("The network's accuracy is 0.9")
    wrong = int((network.chosen != network.truth).sum())
    assert len(record.wrong) == min(12, wrong)
    assert all(300 <= one.row < 569 for one in record.wrong)


def test_a_regression_evaluation_carries_its_unit_and_pairs() -> None:
    inputs, truth = load_diabetes(return_X_y=True)
    train = inputs[:300].astype(np.float32), truth[:300]
    ran, skipped = run_baselines(train, inputs[300:].astype(np.float32), Task.REGRESSION, (), ("progression",), 0)
    network = Predictions(Task.REGRESSION, (), truth[300:, None], ran[2].outputs, ("progression",))
    record = evaluation_record(network, ran, {**skipped, "other": "no need"}, np.arange(142), nothing, 0, unit="mm")
    assert (record.main, record.scores[0].unit, record.skipped) == ("RMSE", "mm", {"other": "no need"})
    assert (len(record.residuals), record.confusion, record.calibration) == (142, (), None)
    assert record.baselines[0].verdict == "better"
