"""The linter: probes with an exact expected answer, and the rules that read them. `rule.py` says how to add one."""
