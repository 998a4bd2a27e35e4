"""The public site, built once a session."""

from pathlib import Path

import pytest

from tests import publicsite


@pytest.fixture(scope="session")
def public_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publicsite.shared(tmp_path_factory)
