"""Whole years of real purchases give what the command line gives, and the examples of the documentation run."""

import gzip
import importlib.util
import json
import pathlib
import re
import subprocess
from typing import Any

import loyalty
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("shop", "name"), [("grocery", "grocery"), ("grocery", "challenges"), ("wholesaler", "wholesaler")])
def test_a_year_gives_the_summary_of_the_command_line(shop: str, name: str) -> None:
    folder = ROOT / "examples" / shop
    program = loyalty.Program.from_file(folder / f"{name}.loyalty")
    with gzip.open(folder / "events.jsonl.gz") as file:
        replay = program.replay(file.read())
    command = ["cargo", "run", "--quiet", "--locked", "-p", "loyalty-cli", "--", "run", str(folder / f"{name}.loyalty")]
    command += ["--events", str(folder / "events.jsonl.gz"), "--json"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    summary = json.loads(told.stdout)
    ours = replay.summary.to_dict()
    assert ours["events"] > 900 and ours["conserved"] and ours is not replay.summary.to_dict()
    for refusal in summary["refusals"]:
        # A history in memory is no file.
        refusal["first"] = [{"line": int(first.pop("place").rpartition(":")[2]), **first} for first in refusal["first"]]
    assert ours == {key: summary[key] for key in ours}
    assert [name == "wholesaler", name == "challenges"] == [bool(ours[key]) for key in ("refusals", "leaderboards")]
    # What only a run over a file has.
    besides = {"source", "refused_before", "earned_nothing", "carried_over", "undelivered", "seconds", "events_per_second"}
    assert set(summary) - set(ours) == besides


def run_page(page: str) -> dict[str, Any]:
    """Runs the Python of a page from top to bottom, and gives what it has defined. What Spark is needed for, the test of Spark
    runs; what pandas is needed for runs where it is installed."""
    text = (ROOT / page).read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if "import loyalty.spark" in block.group(1):
            continue
        if "import pandas" in block.group(1) and importlib.util.find_spec("pandas") is None:
            continue
        # Places in messages are those of the page.
        before = "\n" * text.count("\n", 0, block.start(1))
        exec(compile(before + block.group(1), page, "exec"), names)
    assert names, f"{page} has no Python"
    return names


@pytest.mark.parametrize("page", ["loyalty-py/README.md", "docs/embedding.md", "docs/hosts.md", "docs/messages.md"])
def test_the_python_of_a_page_runs(page: str) -> None:
    run_page(page)


def test_the_front_page_prints_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    run_page("README.md")
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^```text\n(o-1, .*?)^```", page, re.DOTALL | re.MULTILINE)
    assert shown and capsys.readouterr().out.rstrip() == shown.group(1).rstrip()
