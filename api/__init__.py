"""The web service: JSON resources over HTTP."""

import os

__version__ = "1.0.0"

# NumPy is used without linear algebra, whose library would otherwise start a thread for each core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
