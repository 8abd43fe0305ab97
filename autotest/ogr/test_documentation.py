"""The driver page and the README say what the driver says of itself: options, defaults, columns, metadata."""

import re
from xml.etree import ElementTree

import pytest
from osgeo import gdal

from helpers import BUILDINGS, RASTER, REFUNDED, REVIEW, field_names
from paths import AUTOTEST

ROOT = AUTOTEST.parent
PAGE = (ROOT / "driver" / "mapflow.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
LISTS = {
    "Open options": "DMD_OPENOPTIONLIST",
    "Layer creation options": "DS_LAYER_CREATIONOPTIONLIST",
    "Dataset creation options": "DMD_CREATIONOPTIONLIST",
}
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
    """The text under a heading of the page, up to the next one."""
    (text,) = re.findall(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", PAGE, re.M | re.S)
    return text


def examples(language):
    """The page's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


def items(text):
    """The items of a list: the first thing in backquotes -> what follows."""
    return dict(re.findall(r"^- `([^`]+)`:(.*?)(?=^\S|^$|\Z)", text, re.M | re.S))


def documented(heading):
    """What the page tells of a list of options: name -> (values, default)."""
    found = {}
    for head, text in items(section(heading)).items():
        name, values = head.split("=", 1)
        default = re.findall(r"Default\s+`([^`]+)`", text)
        assert len(default) <= 1, head
        found[name] = (sorted(values.split("/")) if values.isupper() else [], *(default or [None]))
    return found


def names_in(text):
    return re.findall(r"`([a-z][a-z0-9_]*)`", text)


@pytest.mark.parametrize("heading", LISTS)
def test_page_has_the_options_of_the_driver(heading):
    told = documented(heading)
    if heading.startswith("Dataset"):
        told = {**told, **documented("Layer creation options"), **documented("Upload options")}
    assert told == declared(LISTS[heading])


def test_readme_has_the_open_options_of_the_driver():
    rows = re.findall(r"^\| `([A-Z_]+)` \|(.*)\|(.*)\|$", README, re.M)
    told = {name: (re.findall(r"`([^`]+)`", default) or [None])[0] for name, _, default in rows}
    options = declared("DMD_OPENOPTIONLIST")
    assert {name: options[name][1] for name in options if name != "CACHE_DIR"} == \
        {name: default for name, default in told.items() if name != "CACHE_DIR"}
    assert "CACHE_DIR" in told  # its default depends on the user
    for name, meaning, _ in rows:
        values = [value for value in re.findall(r"`([A-Z]+)`", meaning) if value not in options]
        assert not options[name][0] or set(values) <= set(options[name][0]), name


@pytest.mark.parametrize("text", (PAGE, README), ids=("page", "README"))
def test_examples_use_options_that_are_there(text):
    open_options = set(declared("DMD_OPENOPTIONLIST"))
    creation = set(declared("DMD_CREATIONOPTIONLIST"))
    used = {switch: set(re.findall(rf"-{switch} ([A-Z_]+)=", text)) for switch in ("oo", "lco", "dsco", "co")}
    assert used["lco"] and used["co"] and used["oo"] <= open_options
    assert used["lco"] | used["dsco"] | used["co"] <= creation
    assert set(re.findall(r"MAPFLOW:[^\s`]*?,([A-Z_]+)=", text)) <= open_options | {"KEY"}
    mentioned = set(re.findall(r"MAPFLOW_([A-Z_]+)", text))
    assert mentioned <= open_options | CONFIGURATION_ALONE | OF_THE_BUILD


@pytest.mark.parametrize("name, heading, layers", (
    (BUILDINGS, "Layers of a processing", ("aois", "processing")),
    ("search", "The catalogue", ("scenes",)),
    ("", "Layers of the account", ("projects", "processings", "models", "providers", "account", "mosaics", "images",
                                "planned_searches"))))
def test_page_has_the_columns_of_the_layers(open_mapflow, name, heading, layers):
    dataset, told = open_mapflow(name), items(section(heading))
    assert tuple(told) == layers
    for layer in layers:
        assert names_in(told[layer]) == field_names(dataset.GetLayerByName(layer))


def test_page_has_the_metadata_items(sb, open_mapflow):
    sb.variants.result_when_not_ok = "partial"
    datasets = [open_mapflow(name, **options) for name, options in (
        (BUILDINGS, {}), (REVIEW, {}), (RASTER, {"STATUS_ONLY": "YES"}), (REFUNDED, {"PARTIAL": "YES"}))]
    assert {key for dataset in datasets for key in dataset.GetMetadata()} == \
        set(re.findall(r"`([A-Z_0-9]+)`", section("Metadata")))
    assert {domain for domain in datasets[0].GetMetadataDomainList() if domain.startswith("json")} == \
        set(re.findall(r"`(json:[A-Z]+)`", section("Metadata")))


@pytest.mark.parametrize("text", (PAGE, README), ids=("page", "README"))
def test_links_inside_lead_somewhere(text):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / target).is_file(), target
    for heading in re.findall(r'see "([^"]+)"', text):
        assert re.search(rf"^#+ {heading}$", text, re.M), heading
