"""What the documentation shows runs, and what it links to exists."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from harmonic_forecasters.datasets import list_datasets

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A finder for which one package is not installed.
ABSENT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def name(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", [page for page in PAGES if FENCE.search(page.read_text())], ids=name)
def test_the_code_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # what a page writes, it writes here
    monkeypatch.setenv("MPLBACKEND", "Agg")
    text = page.read_text()
    namespace = {"__name__": "__main__"}
    for fence in FENCE.finditer(text):
        # Blank lines before it, so that a traceback names the line of the page.
        lines_before = text.count("\n", 0, fence.start(1))
        exec(compile("\n" * lines_before + fence[1], str(page), "exec"), namespace)


@pytest.mark.parametrize(("door", "other"), [("darts", "sktime"), ("sktime", "darts")])
def test_the_first_lines_of_each_door_run_where_the_other_is_not_installed(door, other):
    fences = FENCE.findall((ROOT / "README.md").read_text())
    first = next(code for code in fences if f"from harmonic_forecasters.{door} import" in code)
    subprocess.run([sys.executable, "-c", ABSENT.format(other) + first], check=True)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_of_a_page_leads_somewhere(page):
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_shows_the_leaderboard_as_measured():
    results = ROOT / "benchmarks" / "results" / "quick_leaderboard.csv"
    command = [sys.executable, ROOT / "benchmarks" / "leaderboard_table.py", results]
    tables = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert tables in (ROOT / "README.md").read_text()


def test_the_page_of_datasets_is_that_of_the_registry():
    # After a change of the registry: python docs/make_dataset_table.py
    make = runpy.run_path(str(ROOT / "docs" / "make_dataset_table.py"))
    page = make["PAGE"].read_text()
    assert make["page"](page) == page
    assert [name for name in list_datasets() if f"| `{name}` |" not in page] == []
