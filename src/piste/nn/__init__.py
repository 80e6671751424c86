"""Networks: layers, activations, initialisers, losses, and models as JSON."""
