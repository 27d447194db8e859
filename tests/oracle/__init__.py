"""A model of the service in plain Python, with which tests compare its answers."""
