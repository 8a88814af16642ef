"""What tests of the flows share: the ingested sample, and a copy of it to be changed."""

import shutil

import pytest

from flows.demo import SAMPLE, SAMPLE_NOW
from flows.ingesting import ingest_feeds
from flows.settings import load_settings


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder / "config")
    ingest_feeds(load_settings(folder / "config", folder / "perigee.duckdb"), SAMPLE_NOW)
    return folder


@pytest.fixture
def settings(ingested, tmp_path):
    """The ingested sample, to be changed at will."""
    shutil.copytree(ingested, tmp_path / "own")
    return load_settings(tmp_path / "own" / "config", tmp_path / "own" / "perigee.duckdb")
