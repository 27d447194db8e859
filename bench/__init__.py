"""Benchmarks of the service, of seeding and of extraction, on generated corpora and on annotated samples."""

import warnings

# platformdirs warns on a machine without a login session when PostgreSQL's wheel is imported.
warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
