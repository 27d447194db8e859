"""How the service does at size: invented corpora, and its answering times on them over HTTP."""

import warnings

# Said by platformdirs when PostgreSQL's wheel is imported on a machine without a login session.
warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
