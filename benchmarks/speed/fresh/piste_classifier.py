"""Train 64-32-10 on the rows in the file given with Piste's estimator, and print the accuracy on the test rows."""

import sys

import numpy as np

from piste.sklearn import PisteClassifier

with np.load(sys.argv[1]) as file:
    model = PisteClassifier(
        hidden=(32,),
        batch_norm=False,
        dropout=0.0,
        epochs=50,
        batch_size=32,
        learning_rate=1e-3,
        optimiser="adam",
        weight_decay=0.0,
        clip=0.0,
        schedule="constant",
        warmup=0.0,
        patience=0,
        validation=0.0,
        random_state=0,
    )
    model.fit(file["x"], file["y"])
    sys.stdout.write(f"{model.score(file['x_test'], file['y_test'])}\n")
