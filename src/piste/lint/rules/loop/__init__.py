"""Rules about the training loop: order, coverage, modes, resuming."""
