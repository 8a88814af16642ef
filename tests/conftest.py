"""What all tests share."""

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Nothing is written beside the shared tools.
sys.dont_write_bytecode = True

# Commands that tests start end with Ctrl-C, also where the tests themselves were started in the
# background: a shell lets those ignore it, and they would hand that on.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Machines are noisy; a slow example is no failure.
settings.register_profile("perigee", deadline=None)
settings.load_profile("perigee")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PERIGEE_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured feeds, labelled weeks and checkers beside the checkout."""
    if not SHARED.is_dir():
        reason = f"no shared test data in {SHARED}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their length: a test's name must be the same in every worker."""
    return f"{argname}-of-{len(val)}-bytes" if isinstance(val, bytes) else None
