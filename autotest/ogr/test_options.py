"""Values of options are checked by one table, wherever they come from, and options go where they mean something."""

import contextlib

import pytest
from osgeo import gdal

import oracle
from helpers import BUILDINGS, reports
from settings import config, path_specific

ACCOUNT, PROCESSING, PROJECT = "MAPFLOW:", f"MAPFLOW:{BUILDINGS}", "MAPFLOW:project=Default"

GOOD_BOOLEANS = ["YES", "no", "True", "FALSE", "on", "OFF", "1", "0"]
BAD_BOOLEANS = ["Y", "N", "nope", "2", "YES!"]

# An option, a dataset for which it means something, values that it can have and values that it cannot.
TABLE = {
    "PARTIAL": (PROCESSING, GOOD_BOOLEANS, BAD_BOOLEANS),
    "STATUS_ONLY": (PROCESSING, GOOD_BOOLEANS, BAD_BOOLEANS),
    "WAIT": (PROCESSING, GOOD_BOOLEANS, BAD_BOOLEANS),
    "STYLE": (PROCESSING, GOOD_BOOLEANS, BAD_BOOLEANS),
    "ALLOW_DELETE": (ACCOUNT, GOOD_BOOLEANS, BAD_BOOLEANS),
    "MERGE": (PROJECT, GOOD_BOOLEANS, BAD_BOOLEANS),
    "GEOMETRY": (PROCESSING, ["mixed", "SPLIT"], ["BOTH", "YES"]),
    "INTEGERS": (PROCESSING, ["native", "TEXT"], ["EXACT", "YES"]),
    "JSON": (PROCESSING, ["native", "TEXT"], ["STRING", "NO"]),
    "CACHE": (PROCESSING, ["no", "REFRESH"], ["MAYBE", "TRUE"]),
    "PROGRESS": (PROCESSING, ["auto", "NO"], ["ALWAYS"]),
    "AUTH": (ACCOUNT, ["auto", "BASIC"], ["DIGEST"]),
    "WAIT_TIMEOUT": (PROCESSING, ["0", "1.5", "1e3"], ["-1", "soon", "1 h", "nan", "inf"]),
    "POLL_INTERVAL": (PROCESSING, ["5", "0.01"], ["0", "-5", "5s"]),
    "MAX_RESULT_SIZE": (PROCESSING, ["100000000", "5M", "1.5g"], ["0", "-1", "5T", "M", "1 M"]),
    "CACHE_SIZE": (PROCESSING, ["10K", "1G"], ["10%", "all"]),
}


def cases(position):
    return [(option, value) for option, row in TABLE.items() for value in row[position]]


def opened(name, *options, flags=gdal.OF_VECTOR):
    """What opening says: the dataset or None, and the errors."""
    with oracle.exceptions(False), reports() as said:
        dataset = gdal.OpenEx(name, flags, open_options=list(options))
    return dataset, [text for level, text in said if level == gdal.CE_Failure]


@pytest.fixture(autouse=True)
def account_in_the_environment(monkeypatch, sb):
    monkeypatch.setenv("MAPFLOW_API_URL", sb.url)
    monkeypatch.setenv("MAPFLOW_API_TOKEN", sb.token)


@contextlib.contextmanager
def given(source, option, value, name):
    """The name and the open options with which the option comes from that source."""
    with contextlib.ExitStack() as stack:
        if source == "path":
            stack.enter_context(path_specific(**{f"MAPFLOW_{option}": value}))
        elif source == "config":
            stack.enter_context(config(**{f"MAPFLOW_{option}": value}))
        yield (f"{name},{option}={value}" if source == "name" else name,
               [f"{option}={value}"] if source == "open option" else [])


SOURCES = ["name", "open option", "path", "config"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("option, value", cases(2), ids=str)
def test_a_wrong_value_is_one_error(sb, option, value, source):
    with given(source, option, value, TABLE[option][0]) as (name, options):
        dataset, errors = opened(name, *options)
    assert dataset is None
    assert len(errors) == 1
    assert errors[0].startswith(f"{option}={value} is n")
    assert len(sb.requests) == 0


@pytest.mark.parametrize("option, value", cases(1), ids=str)
def test_a_right_value_is_taken(option, value):
    dataset, errors = opened(TABLE[option][0], f"{option}={value}")
    assert dataset is not None and errors == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("option", TABLE)
def test_an_empty_value_means_not_set(option, source):
    with given(source, option, "", TABLE[option][0]) as (name, options):
        dataset, errors = opened(name, *options)
    assert dataset is not None and errors == []


def test_an_empty_value_leaves_the_next_source(sb):
    """The dataset name says nothing, the open option does."""
    dataset, errors = opened(f"{PROCESSING},STATUS_ONLY=", "STATUS_ONLY=YES")
    assert errors == [] and dataset.GetLayerCount() == 2


# Options that mean nothing for a dataset, and a value that is not their default.
MISPLACED = [(ACCOUNT, "WAIT", "YES"), (ACCOUNT, "AOI", BUILDINGS), (ACCOUNT, "PARTIAL", "YES"),
             (ACCOUNT, "STATUS_ONLY", "YES"), (ACCOUNT, "GEOMETRY", "SPLIT"), ("MAPFLOW:search", "STYLE", "NO"),
             (ACCOUNT, "INTEGERS", "TEXT"), (ACCOUNT, "MAX_RESULT_SIZE", "1G"), (PROJECT, "AOI", BUILDINGS), (PROJECT, "STATUS_ONLY", "YES"),
             (ACCOUNT, "MERGE", "YES"), (PROCESSING, "MERGE", "YES"),
             (PROJECT, "ALLOW_DELETE", "YES"), (PROCESSING, "ALLOW_DELETE", "YES")]


@pytest.mark.parametrize("source", ["name", "open option"])
@pytest.mark.parametrize("name, option, value", MISPLACED)
def test_an_option_that_means_nothing_is_refused(sb, name, option, value, source):
    with given(source, option, value, name) as (full, options):
        dataset, errors = opened(full, *options)
    assert dataset is None
    assert len(errors) == 1 and errors[0].endswith(f"has no option {option}.")
    assert len(sb.requests) == 0


@pytest.mark.parametrize("name, option, value", MISPLACED)
def test_configuration_options_are_for_all_datasets(name, option, value):
    with config(**{f"MAPFLOW_{option}": value}):
        dataset, errors = opened(name)
    assert dataset is not None and errors == []


def test_defaults_are_taken_anywhere():
    """QGIS passes all options of its dialog."""
    dataset, errors = opened(ACCOUNT, "WAIT=NO", "PARTIAL=NO", "GEOMETRY=MIXED", "STYLE=YES", "MAX_RESULT_SIZE=64G")
    assert dataset is not None and errors == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("value", ["N", "", "nope", "NO", "0"])
def test_nothing_is_deleted_unless_it_is_allowed(sb, value, source):
    before = len(sb.state.all_processings())
    with given(source, "ALLOW_DELETE", value, ACCOUNT) as (name, options):
        dataset, _ = opened(name, *options, flags=gdal.OF_VECTOR | gdal.OF_UPDATE)
        with oracle.exceptions(False), reports():
            if dataset is not None:
                layer = dataset.GetLayer("processings")
                assert layer.DeleteFeature(layer.GetNextFeature().GetFID()) != 0
    assert len(sb.state.all_processings()) == before


# ---- creation options

@pytest.mark.parametrize("option, value", [("DRY_RUN", "maybe"), ("WAIT", "Y"), ("SPLIT", "YES"),
                                           ("CREATE_PROJECT", "2"), ("TILE_TYPE", "WMS")])
@pytest.mark.parametrize("of_dataset", [False, True])
def test_a_wrong_creation_option_is_refused(sb, option, value, of_dataset):
    word = f"{option}={value}"
    with oracle.exceptions(False), reports() as said:
        dataset = gdal.GetDriverByName("MAPFLOW").Create(ACCOUNT, 0, 0, 0, gdal.GDT_Unknown,
                                                         [word] if of_dataset else [])
        assert (dataset is None) == of_dataset
        if dataset is not None:
            assert dataset.CreateLayer("area", None, 3, [] if of_dataset else [word]) is None
    errors = [text for level, text in said if level == gdal.CE_Failure]
    assert any(text.startswith(f"{word} is n") for text in errors)
    assert len(sb.requests) == 0


def test_creation_options_of_gdal_itself_are_passed_over(sb):
    with oracle.exceptions(False), reports() as said:
        dataset = gdal.GetDriverByName("MAPFLOW").Create(ACCOUNT, 0, 0, 0, gdal.GDT_Unknown, ["@INTERNAL=1"])
    assert dataset is not None and said == []
