"""Who goes on: each scheduler is a pure function of the losses measured so far."""
