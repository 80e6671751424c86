"""Records, the run folder, settings, errors and random keys: what every other part shares. No JAX here."""
