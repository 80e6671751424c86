"""Rules about metrics and evaluation: known answers, direction, size, baselines."""
