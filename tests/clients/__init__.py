"""Tests of generated clients, and tests that use programs from npm. Only `make test-clients` runs them.

Each module sets `pytestmark = pytest.mark.clients`. `conftest.py` has the servers, and `npm_packages.py` runs
the programs.
"""
