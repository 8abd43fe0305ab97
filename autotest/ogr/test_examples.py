"""The examples of README.md and of the pages in driver/ run as they are printed.

An `sh` block must succeed. A `console` block has commands, each after "$ ", and what they print. The blocks of README.md run
one after another in one folder, as they are typed in `demo.sh shell`; each block of the other pages has a folder of its own.
"""

import re

import pytest
from osgeo import gdal

from paths import AUTOTEST

ROOT = AUTOTEST.parent
PAGES = ["driver/mapflow.md", "driver/imagery.md", "driver/internals.md"]

# What a block contains that is run in no test -> why.
EXCLUDED = {
    "sh autotest/demo.sh": "builds the driver, and starts a sandbox of its own",
    "sudo apt-get install": "installs packages, and makes one",
}
PROGRAM = re.compile(r"^(?:\$ )?gdal ", re.M)  # the gdal program, of GDAL 3.11 and newer

UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.I)
MOMENT = re.compile(r"\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?")
LONG_REAL = re.compile(r"\b\d+\.\d{7,}\b")  # the last digits depend on PROJ and GEOS


class Block:
    """A fenced block of a page: `steps` are pairs of a script and what it prints, None where the page does not show it."""

    def __init__(self, page, line, language, text):
        self.name, self.text = f"{page}:{line}", text
        if language == "sh":
            self.steps = [(text, None)]
        else:
            before, *parts = re.split(r"^\$ ", text, flags=re.M)
            assert before == "", f"{self.name} does not begin with a command"
            self.steps = [re.fullmatch(r"((?:.*\\\n)*.*\n)([\s\S]*)", part).groups() for part in parts]

    def runs_here(self):
        has_program = int(gdal.VersionInfo()) >= 3110000
        return not any(text in self.text for text in EXCLUDED) and (has_program or not PROGRAM.search(self.text))


def blocks_of(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    return [Block(page, text[:found.start()].count("\n") + 1, found[1], found[2])
            for found in re.finditer(r"^```(sh|console)\n(.*?)^```$", text, re.M | re.S)]


README = blocks_of("README.md")
BLOCKS = {block.name: block for page in PAGES for block in blocks_of(page)}


def masked(text, folder):
    """The text without what is different each time."""
    text = UUID.sub("<id>", MOMENT.sub("<moment>", text.replace(str(folder), "<folder>")))
    return LONG_REAL.sub(lambda found: f"{float(found[0]):.6f}", text).rstrip()


@pytest.fixture
def play(sb, run, example_folder):
    """Runs a block in the folder of examples. Its standard input is a token that is pasted."""
    def played(block, **env):
        for script, printed in block.steps:
            done = run("sh", "-e", "-c", script, stdin=f"{sb.token}\n",
                       env={"HOME": str(example_folder), "MAPFLOW_POLL_INTERVAL": "0.05", **env})
            assert done.returncode == 0, f"{block.name}: {done.said}"
            if printed is not None:
                assert masked(done.stdout, example_folder) == masked(printed, example_folder), block.name
    return played


def test_readme_from_top_to_bottom(play, example_folder):
    """The token is the one that its first steps store."""
    token = example_folder / ".mapflow-token"
    for block in README:
        if block.runs_here():
            play(block, MAPFLOW_API_TOKEN="", MAPFLOW_API_TOKEN_FILE=str(token))
    assert token.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", [name for name, block in BLOCKS.items() if block.runs_here()])
def test_block_of_a_page(play, name):
    play(BLOCKS[name])


@pytest.mark.parametrize("text", EXCLUDED)
def test_what_is_excluded_is_there_once(text):
    assert sum(text in block.text for block in [*README, *BLOCKS.values()]) == 1


def test_readme_shows_output():
    """Of the first result and of the dry run, at least."""
    printed = [text for block in README for _, text in block.steps if text]
    assert any("using driver `MAPFLOW' successful" in text for text in printed)
    assert any('"dryRun":true' in text for text in printed)
