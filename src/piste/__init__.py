"""Piste trains neural networks and proves that the training is right."""

__version__ = "0.1.0"
