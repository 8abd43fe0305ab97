"""What the tests of the account share: an account of a known size, and what its layers ask for and hold."""

from osgeo import gdal

from helpers import reports


# Of a change: nobody knows whether it was made.
LOST = {"done, then reset": {"reset_after_processing": True}, "reset": {"reset": True}, "500": {"status": 500},
        "silence": {"delay": 3}}


def fill(sandbox, count=250):
    """An account of three projects with `count` processings; returns their ids."""
    state = sandbox.state
    state.projects.clear()
    state.processings.clear()
    names = ["Default", "Urban Analysis", 'Küste, "Nord"']
    for name in names:
        state.add_project(name, is_default=name == "Default")
    return [state.add_processing(name=f"job {i}", project=names[i % 3], result="empty.geojson",
                                 status="OK" if i % 5 else "FAILED",
                                 created=f"2026-01-01T00:00:00.{i:06d}Z") for i in range(count)]


def pages(sandbox, change):
    """Changes each page of the server: change(document of a page) -> what is sent."""
    original = sandbox.documents.page
    sandbox.documents.page = lambda documents, total: change(original(documents, total))


def asked(sandbox):
    """Method and path of each request since the last call, ids as *."""
    said = []
    for record in sandbox.requests.settle():
        parts = ["*" if sum(c.isdigit() for c in part) > 4 else part for part in record.path.split("/")]
        said.append(f"{record.method} {'/'.join(parts)}")
    sandbox.requests.clear()
    return said


def names(layer):
    return [feature["name"] for feature in layer]


def rows(layer):
    """All rows; unlike list() this does not ask for a count."""
    return [feature for feature in layer]  # noqa: C416


def ignore_geometry(layer):
    layer.SetIgnoredFields(["OGR_GEOMETRY"])
    return layer


def failure_of(read):
    """Reads what must fail; returns the one error message."""
    with reports() as seen:
        read()
    errors = [text for kind, text in seen if kind == gdal.CE_Failure]
    assert len(errors) == 1, seen
    return errors[0]
