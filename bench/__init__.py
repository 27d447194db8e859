"""Benchmarks of the service, of seeding and of extraction, on generated corpora and on annotated samples."""

import warnings

# The import of the PostgreSQL wheel causes this warning on a machine without a login session.
warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
