"""Augmentation: examples changed at random inside the training step, so that no epoch sees the same ones twice."""
