"""Rules about repeating a training: equal seeds, equal bits."""
