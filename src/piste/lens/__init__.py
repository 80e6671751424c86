"""The lens: every value and every gradient of the network that is really training, and what can be seen in them."""
