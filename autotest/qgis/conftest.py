"""What a module's `session` in QGIS has left."""

import pytest


@pytest.fixture
def seen(session):
    return session.seen


@pytest.fixture
def requests(session):
    session.print_requests()
    return session.requests
