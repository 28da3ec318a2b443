"""Whole years of real purchases give what the command line gives, and the examples of the documentation run."""

import gzip
import json
import os
import pathlib
import re
import subprocess

import loyalty
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["grocery", "wholesaler"])
def test_a_year_gives_the_summary_of_the_command_line(name: str) -> None:
    folder = ROOT / "examples" / name
    program = loyalty.Program.from_file(folder / f"{name}.loyalty")
    with gzip.open(folder / "events.jsonl.gz") as file:
        replay = program.replay(file.read())
    command = ["cargo", "run", "--quiet", "--locked", "-p", "loyalty-cli", "--", "run", str(folder / f"{name}.loyalty")]
    command += ["--events", str(folder / "events.jsonl.gz"), "--json"]
    told = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    summary = json.loads(told.stdout)
    ours = replay.summary.to_dict()
    for key, value in ours.items():
        assert summary[key] == value, key


def test_the_readme_runs() -> None:
    text = (ROOT / "loyalty-py" / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
