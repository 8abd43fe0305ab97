"""The driver's pages and the README say what the driver says of itself: options, defaults, columns, metadata."""

import re
from xml.etree import ElementTree

import pytest
from osgeo import gdal

from helpers import BUILDINGS, RASTER, REFUNDED, REVIEW, field_names
from paths import AUTOTEST

ROOT = AUTOTEST.parent
PAGES = {name: (ROOT / "driver" / name).read_text(encoding="utf-8") 
         for name in ("mapflow.md", "imagery.md", "internals.md", "programs.md", "windows.md")}
LINE_LIMITS = {"mapflow.md": 280, "imagery.md": 150}
README_LIMIT = 200
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIGURATION_ALONE = {"ALLOW_HTTP", "STATE_DIR"}  # configuration options that are no open options
OF_THE_BUILD = {"BUILD_DIR", "PLUGIN_DIR", "MATRIX_DIR"}


def declared(item):
    """What GDAL tells of a list of options: name -> (values, default)."""
    options = ElementTree.fromstring(gdal.GetDriverByName("MAPFLOW").GetMetadataItem(item))
    return {option.get("name"): (sorted(values_of(option)), option.get("default")) for option in options}


def values_of(option):
    if option.get("type") == "boolean":
        return ["YES", "NO"]
    return [value.text for value in option.findall("Value")]


def section(heading):
    """The text under a heading of one of the pages, up to the next one."""
    (text,) = [text for page in PAGES.values() for text in re.findall(rf"^#+ {heading}\n(.*?)(?=^#+ |\Z)", page, re.M | re.S)]
    return text


def examples(language):
    """The pages' blocks of code in a language."""
    return [block for page in PAGES.values() for block in re.findall(rf"^```{language}\n(.*?)^```", page, re.M | re.S)]


def items(text):
    """The items of a list: the first thing in backquotes -> what follows."""
    return dict(re.findall(r"^- `([^`]+)`:(.*?)(?=^\S|^$|\Z)", text, re.M | re.S))


def documented(heading):
    """What the pages tell of a table of options: name -> (values, default)."""
    found = {}
    for head, default in re.findall(r"^\| (`[A-Z].*?`) \|(.*?)\|", section(heading), re.M):
        for name, values in re.findall(r"`([A-Z_]+)=([^`]+)`", head):
            assert name not in found
            fixed = re.fullmatch(r" `([^`]+)` ", default)
            found[name] = (sorted(values.split("/")) if values.isupper() else [], fixed and fixed.group(1))
    return found


def prose(text):
    """The lines of a page that are neither code nor rows of a table."""
    return [line for line in re.sub(r"^```.*?^```", "", text, flags=re.M | re.S).splitlines() if not line.startswith("|")]


def anchors(text):
    """What GitHub calls the headings of a page in links."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", text, re.M)}


def names_in(text):
    return re.findall(r"`([a-z][a-z0-9_]*)`", text)


def test_page_has_the_open_options():
    assert documented("Open options") == declared("DMD_OPENOPTIONLIST")


def test_page_has_the_creation_options():
    """A dataset has those of a layer and of an upload, and open options that the text before the table names."""
    of_a_layer, opened = documented("Creation options"), documented("Open options")
    assert of_a_layer == declared("DS_LAYER_CREATIONOPTIONLIST")
    shared = {name: opened[name] for name in re.findall(r"`([A-Z_]+)`", section("Creation options").partition("|")[0]) if name in opened}
    assert {**shared, **of_a_layer, **documented("Upload options")} == declared("DMD_CREATIONOPTIONLIST")


@pytest.mark.parametrize("name", LINE_LIMITS)
def test_pages_are_short(name):
    lines = PAGES[name].splitlines()
    assert len(lines) <= LINE_LIMITS[name]
    assert [line for line in prose(PAGES[name]) if len(line) > 150] == []


def test_readme_is_short():
    assert len(README.splitlines()) <= README_LIMIT


def test_readme_names_options_that_are_there():
    options = {**declared("DMD_CREATIONOPTIONLIST"), **declared("DMD_OPENOPTIONLIST")}
    named = re.findall(r"[`,](?:MAPFLOW_)?([A-Z_]+)(?:=([A-Z]+))?`", README)
    ours = {(name, value) for name, value in named if name != "MAPFLOW" and not name.startswith(("GDAL_", "CPL_"))}
    assert {("PARTIAL", "YES"), ("CACHE", "REFRESH"), ("WAIT_TIMEOUT", "")} <= ours
    for name, value in ours:
        assert name in options and (not value or value in options[name][0]), name


@pytest.mark.parametrize("text", ("\n".join(PAGES.values()), README), ids=("pages", "README"))
def test_examples_use_options_that_are_there(text):
    open_options = set(declared("DMD_OPENOPTIONLIST"))
    creation = set(declared("DMD_CREATIONOPTIONLIST"))
    used = {switch: set(re.findall(rf"-{switch} ([A-Z_]+)=", text)) for switch in ("oo", "lco", "dsco", "co")}
    assert used["lco"] and used["co"] and used["oo"] <= open_options
    assert used["lco"] | used["dsco"] | used["co"] <= creation | {"GEOMETRY_NAME"}  # of a target, PostGIS
    assert set(re.findall(r"MAPFLOW:[^\s`]*?,([A-Z_]+)=", text)) <= open_options | {"KEY"}
    mentioned = set(re.findall(r"MAPFLOW_([A-Z_]+)", text))
    assert mentioned <= open_options | CONFIGURATION_ALONE | OF_THE_BUILD


@pytest.mark.parametrize("name, heading, layers", (
    (BUILDINGS, "Layers of a processing", ("aois", "processing")),
    ("search", "The catalogue", ("scenes",)),
    ("", "Layers of the account", ("projects", "processings", "models", "providers", "account")),
    ("", "Imagery of the account", ("mosaics", "images", "planned_searches"))))
def test_page_has_the_columns_of_the_layers(open_mapflow, name, heading, layers):
    dataset, told = open_mapflow(name), items(section(heading))
    assert tuple(told) == layers
    for layer in layers:
        assert names_in(told[layer]) == field_names(dataset.GetLayerByName(layer))


def test_pages_have_all_layers_of_the_account(open_mapflow):
    account = open_mapflow("")
    told = [*items(section("Layers of the account")), *items(section("Imagery of the account"))]
    assert told == [account.GetLayer(i).GetName() for i in range(account.GetLayerCount())]


def test_page_has_the_metadata_items(sb, open_mapflow):
    sb.variants.result_when_not_ok = "partial"
    datasets = [open_mapflow(name, **options) for name, options in (
        (BUILDINGS, {}), (REVIEW, {}), (RASTER, {"STATUS_ONLY": "YES"}), (REFUNDED, {"PARTIAL": "YES"}))]
    text = section("Layers of a processing").partition("\nMetadata: ")[2]
    assert {key for dataset in datasets for key in dataset.GetMetadata()} == set(re.findall(r"`([A-Z_0-9]+)`", text))
    assert {domain for domain in datasets[0].GetMetadataDomainList() if domain.startswith("json")} == \
        set(re.findall(r"`(json:[A-Z]+)`", text))


@pytest.mark.parametrize("path", ("README.md", *(f"driver/{name}" for name in ("README.md", *PAGES))))
def test_links_inside_lead_somewhere(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
        file = (ROOT / path).parent / target if target else ROOT / path
        assert file.is_file(), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), anchor
    for heading in re.findall(r'(?:see|under)\s"([^"]+)"', text):
        heading = " ".join(heading.split())
        assert any(re.search(rf"^#+ {re.escape(heading)}$", page, re.M) for page in (text, *PAGES.values())), heading
