"""The graph of a loss as JAX traces it: its values, its gradients, and what is inside its operations."""
