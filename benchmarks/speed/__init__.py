"""How fast is Piste beside its peers? Run it with `python -m benchmarks.speed`."""
