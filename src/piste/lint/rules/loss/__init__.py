"""Rules about the loss: known answers, gradients, what must not count."""
