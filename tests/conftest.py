"""`--long`: the tests that try many inputs try all that they have; an ordinary run takes a sample."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="try every input, not a sample (minutes)")
    parser.addoption("--update", action="store_true", help="write goldens anew")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))
