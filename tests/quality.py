"""`make quality`: score `perigee label` on the labelled weeks, against the last scores kept.

    python tests/quality.py GOLD_FOLDER [--keep]

Prints each figure beside the one in `docs/quality.json` and ends with 1 where one has dropped by
more than rounding. `--keep` writes the new figures there.
"""
# ruff: noqa: T201 it is a command

import argparse
import gzip
import importlib.util
import json
import sys
import tempfile
import time
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from flows.labelling import label_articles
from flows.settings import load_settings
from transforms.stories import Gazetteer, read_gazetteer

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "docs" / "quality.json"
ROUNDING = 0.0015


@cache
def shipped_gazetteer() -> Gazetteer:
    """Return the gazetteer of `config/`."""
    text = (ROOT / "config" / "gazetteer.toml").read_text(encoding="utf-8")
    return read_gazetteer(tomllib.loads(text))


def main() -> int:
    """Measure, print, compare; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument(
        "--keep", action="store_true", help="write the figures to docs/quality.json"
    )
    options = parser.parse_args()
    if not options.gold.is_dir():
        print(f"{options.gold}: no labelled weeks here; give their folder with SHARED=…")
        return 2
    found = measure(options.gold)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    dropped = [name for name, value in found.items() if is_worse(name, value, kept.get(name))]
    for name, value in found.items():
        before = kept.get(name)
        mark = "  DROPPED" if name in dropped else ""
        print(f"{name:44} {value:.3f}  (kept {'–' if before is None else f'{before:.3f}'}){mark}")
    if options.keep:
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(found, indent=1) + "\n")
    return 1 if dropped and not options.keep else 0


def is_worse(name: str, value: float, before: float | None) -> bool:
    """Return whether a figure has dropped; of wrong joins, fewer are better."""
    if before is None or name.endswith("seconds"):
        return False
    change = before - value if "two launches" in name else value - before
    return change < -ROUNDING


def measure(gold: Path) -> dict[str, float]:
    """Return the figures by name."""
    score = scorer(gold)
    figures: dict[str, float] = {}
    week = "week-2023-04-17"
    labels, seconds = _label(gold / f"{week}.articles.jsonl")
    rows = score.read(gold / f"{week}.gold.jsonl")
    first = score.score(rows, labels)
    second = score.score({i: r | {"story": r["second_story"]} for i, r in rows.items()}, labels)
    for name, path in (
        ("stories, B-cubed F1", ("b_cubed", "f1")),
        ("stories, B-cubed precision", ("b_cubed", "p")),
        ("stories, pairwise F1", ("pairwise", "f1")),
    ):
        values = [result["stories"][path[0]][path[1]] for result in (first, second)]
        figures[name] = sum(values) / len(values)
    figures["tags, mean F1 of lunar, asteroid, telescope"] = first["tags_main_macro_f1"]
    figures["tags, mean F1 over all"] = first["tags_all_macro_f1"]
    figures["relevance, F1"] = first["relevant"]["f1"]
    figures["338 articles, seconds"] = seconds

    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / "launches.jsonl"
        unpacked.write_bytes(
            gzip.decompress((gold / "launches-2022.articles.jsonl.gz").read_bytes())
        )
        labels, seconds = _label(unpacked)
    share, _ = score.wrong_launches(score.read(gold / "launches-2022.gold.jsonl"), labels)
    figures["two launches on one card, share of joins"] = share
    figures["2,642 articles, seconds"] = seconds
    return {name: round(value, 4) for name, value in figures.items()}


def _label(articles: Path) -> tuple[dict[str, Any], float]:
    settings = load_settings(ROOT / "config")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "labels.jsonl"
        began = time.perf_counter()
        label_articles(settings, articles, target)
        seconds = time.perf_counter() - began
        rows = (json.loads(line) for line in target.read_text(encoding="utf-8").splitlines())
        return {row["id"]: row for row in rows}, seconds


def scorer(gold: Path) -> ModuleType:
    """Return `score.py` of the labelled weeks."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("score", gold / "score.py")
    if spec is None or spec.loader is None:
        message = f"no score.py in {gold}"
        raise SystemExit(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
