"""Benchmarks: how fast the service and seeding are, and how well extraction works on annotated pages."""

import warnings

# The import of the PostgreSQL wheel causes this warning on a machine without a login session.
warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
