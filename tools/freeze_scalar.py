"""Copy the script of Scalar, which draws the documentation page, from its package into the project.

If its version in requirements-dev.in changes, run `make scalar` and the tests of the page, look at the page,
and update NOTICE.
"""

import gzip
from importlib.resources import files

from api.documentation.page import SCALAR
from api.web.prepared_bodies import ASSETS_FOLDER

FROZEN_SCRIPT = ASSETS_FOLDER / f"{SCALAR}.gz"


def main() -> None:
    """Copy the script of Scalar, the viewer of the API documentation, into `api/assets/`, compressed.

    Do not write the file if it already contains the script of the installed package.
    """
    script = packaged_script()
    # Compare the uncompressed script, since versions of Python compress it to different bytes.
    if not FROZEN_SCRIPT.exists() or gzip.decompress(FROZEN_SCRIPT.read_bytes()) != script:
        FROZEN_SCRIPT.write_bytes(gzip.compress(script, mtime=0))


def packaged_script() -> bytes:
    """Return the script in the installed package flask-openapi-scalar."""
    return (files("flask_openapi_scalar") / "templates" / "scalar" / "js" / SCALAR).read_bytes()


if __name__ == "__main__":
    main()
