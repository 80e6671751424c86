"""Simple models on the same train and test split: what the network has to beat before it was worth training."""

from piste.evaluate.baselines.run import Ran, run_baselines

__all__ = ["Ran", "run_baselines"]
