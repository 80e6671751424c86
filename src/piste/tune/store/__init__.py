"""Where a study keeps its trials: a database that Optuna reads as well."""
