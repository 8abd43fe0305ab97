"""What the driver tells about itself, and what it recognises."""

from xml.etree import ElementTree

import pytest
from osgeo import gdal

from helpers import BUILDINGS, BUILDING_COUNT, reports


@pytest.fixture
def driver():
    return gdal.GetDriverByName("MAPFLOW")


@pytest.fixture
def options(driver):
    """The open options by name, as XML elements."""
    listed = ElementTree.fromstring(driver.GetMetadataItem("DMD_OPENOPTIONLIST"))
    assert listed.tag == "OpenOptionList"
    return {option.get("name"): option for option in listed}


def test_scopes(options):
    """QGIS offers for a layer what is for vectors, for a raster what is for rasters."""
    offered = {scope: {name for name, option in options.items() if scope in (option.get("scope") or scope)}
               for scope in ("vector", "raster")}
    assert offered["raster"] == {"RASTER", "CACHE"}
    assert offered["vector"] == {"AOI", "PARTIAL", "STATUS_ONLY", "MERGE", "GEOMETRY", "INTEGERS", "JSON", "ALLOW_DELETE",
                                 "SEARCH_AOI", "STYLE", "CACHE"}


def test_metadata(driver):
    metadata = driver.GetMetadata()
    assert metadata["DCAP_VECTOR"] == "YES"
    assert metadata["DCAP_OPEN"] == "YES"
    assert metadata["DMD_CONNECTION_PREFIX"] == "MAPFLOW:"
    assert "Mapflow" in metadata["DMD_LONGNAME"]
    assert metadata["DCAP_RASTER"] == metadata["DCAP_CREATECOPY"] == "YES"
    assert "DMD_HELPTOPIC" not in metadata  # QGIS would make a dead link of it


def test_open_options_are_well_formed(options):
    assert {"API_TOKEN", "API_TOKEN_FILE", "API_URL", "AUTH", "AOI", "PARTIAL", "STATUS_ONLY",
            "MAX_RESULT_SIZE"} <= options.keys()
    for name, option in options.items():
        assert name == name.upper()
        assert option.get("description")
        assert option.get("type") in ("string", "string-select", "boolean", "int", "float")
        values = [value.text for value in option.findall("Value")]
        assert bool(values) == (option.get("type") == "string-select")
        if values:
            assert option.get("default") in values
        if option.get("type") == "boolean":
            assert option.get("default") in ("YES", "NO")


@pytest.mark.parametrize("item, name, least, most", [
    ("DMD_OPENOPTIONLIST", "POLL_INTERVAL", "0.01", "1000000000"), ("DS_LAYER_CREATIONOPTIONLIST", "ZOOM", "0", "22"),
    ("DMD_CREATIONOPTIONLIST", "MAX_COST", "0", "1000000000")])
def test_ranges(driver, item, name, least, most):
    (option,) = [option for option in ElementTree.fromstring(driver.GetMetadataItem(item)) if option.get("name") == name]
    assert (option.get("type"), option.get("min"), option.get("max")) == ("int" if name == "ZOOM" else "float", least, most)


if int(gdal.VersionInfo()) >= 3130000:  # has GDALClearMemoryCaches()
    def test_clearing_memory(sb, open_mapflow):
        def status_requests():
            return len([r for r in sb.requests.settle() if r.path.endswith(BUILDINGS + "/v2")])
        first = open_mapflow(BUILDINGS)
        assert first.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
        before = status_requests()
        open_mapflow(BUILDINGS)
        assert status_requests() == before
        gdal.ClearMemoryCaches()
        open_mapflow(BUILDINGS)
        assert status_requests() == before + 1


@pytest.mark.parametrize("name", ("MAPFLOW:", "mapflow:x", "MapFlow:" + BUILDINGS,
                                  f"MAPFLOW:{BUILDINGS},PARTIAL=YES"))
def test_identify_takes_the_prefix_in_any_case(sb, name):
    assert gdal.IdentifyDriverEx(name, gdal.OF_VECTOR).GetDescription() == "MAPFLOW"
    assert len(sb.requests) == 0


@pytest.mark.parametrize("name", ("", "MAPFLOW", "MAPFLO:x", " MAPFLOW:x", "/tmp/MAPFLOW:x",
                                  "XMAPFLOW:x", BUILDINGS, '{"type":"FeatureCollection"}'))
def test_identify_leaves_other_names_alone(name):
    found = gdal.IdentifyDriverEx(name, gdal.OF_VECTOR, ["MAPFLOW"])
    assert found is None


@pytest.mark.parametrize("name", ("", "out", "areas.gpkg", "12345678", "MAPFLOW"))
def test_other_names_are_not_created_and_not_deleted(sb, driver, name):
    """GDAL does not ask whose name it is: `ogr2ogr -f MAPFLOW out …`."""
    with reports() as seen:
        assert driver.Create(name, 0, 0, 0, gdal.GDT_Unknown) is None
        assert driver.Delete(name) != gdal.CE_None
    assert seen and all(text.startswith("The dataset name does not begin with MAPFLOW:") for _, text in seen)
    assert len(sb.requests) == 0


def test_is_not_asked_for_rasters(sb):
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        assert gdal.OpenEx(f"MAPFLOW:{BUILDINGS}", gdal.OF_RASTER) is None
    finally:
        gdal.PopErrorHandler()
    assert len(sb.requests) == 0


def test_ogrinfo_opens_without_ro(run):
    """ogrinfo of GDAL 3.6 tries to open for update first, and is silently given read-only."""
    done = run("ogrinfo", "-so", "-al", f"MAPFLOW:{BUILDINGS}")
    assert done.returncode == 0
    assert f"Feature Count: {BUILDING_COUNT}" in done.stdout
    assert "ERROR" not in done.said


def test_update_is_refused_before_any_request(sb, open_mapflow):
    with pytest.raises(RuntimeError, match="read-only"):
        open_mapflow(BUILDINGS, flags=gdal.OF_VECTOR | gdal.OF_UPDATE | gdal.OF_VERBOSE_ERROR)
    assert len(sb.requests) == 0


def test_requests_tell_who_asks(sb, open_mapflow):
    open_mapflow(BUILDINGS)
    assert {request.headers["user-agent"].split("/")[0] for request in sb.requests} == {"gdal-mapflow"}
