"""The public site, built once a session."""

from pathlib import Path

import pytest

from tests import publicsite


@pytest.fixture(scope="session")
def public_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.getbasetemp() / "public-site"
    folder.mkdir(exist_ok=True)
    return publicsite.assembled(folder)
