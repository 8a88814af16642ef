"""The digest checker that lies beside the checkout, as a function."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def failures(shared: Path, file: Path) -> list[str]:
    """Return what the checker holds against a .html or .eml, without starting a browser."""
    report = _load(shared / "checks" / "check_digest.py").check(file, browser=False)
    return [f"{f.check}: {f.message} [{f.element}]" for f in report.fails]


def _load(path: Path) -> ModuleType:
    if path.stem not in sys.modules:
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        spec = importlib.util.spec_from_file_location(path.stem, path)
        sys.modules[path.stem] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[path.stem])
        sys.dont_write_bytecode = writes
    return sys.modules[path.stem]
