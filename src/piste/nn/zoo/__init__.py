"""Networks by name: each builder gives the layers that follow the inputs, ready to be edited as a spec."""
