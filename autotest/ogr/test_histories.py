"""Histories of commands at random, through the driver and over HTTP: a command fails, is cut off by the power, waits,
is tried dry and is repeated, while others add processings. There is never a second processing for a job, and none is
missing at the end."""

import json
import random
import re
from datetime import datetime, timedelta

import pytest
from osgeo import gdal, ogr

import oracle
from helpers import options_of, reports
from submitting import MAPBOX, journal_files, polygon, reference, square

CREATE = "/processings/v2$"
HISTORIES = 2000

# What happens to a request that creates; None: nothing.
FAULTS = [None, {"reset": True}, {"reset_after_processing": True}, {"status": 403}, {"status": 500}, {"empty": True},
          {"delay": 0.03, "reset_after_processing": True}, {"delay": 0.03}]

KINDS = ("single", "layers", "split")
NEWER = [0] * 24 + [31] * 4 + [500]  # processings of others that come between two commands
PAGES = (5, 20, 30, 31, 100)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setenv("GDAL_HTTP_RETRY_DELAY", "0.0001")


class History:
    """One user with one batch of areas, which nobody else submits."""

    def __init__(self, sb, seed):
        self.sb, self.chance, self.name = sb, random.Random(seed), f"history {seed}"
        self.kind = self.chance.choice(KINDS)
        self.jobs = 1 if self.kind == "single" else self.chance.randint(1, 3)
        sb.variants.most_per_page = self.chance.choice(PAGES)

    def command(self, **options):
        """Submits the batch. Returns the errors."""
        words = options_of(MAPBOX, {"SPLIT": "FEATURE"} if self.kind == "split" else {}, options)
        with oracle.exceptions(False), reports() as said:
            dataset = gdal.GetDriverByName("MAPFLOW").Create(
                "MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown, options_of({"API_URL": self.sb.url, "API_TOKEN": self.sb.token}))
            layer = None
            for i in range(self.jobs):
                if layer is None or self.kind == "layers":
                    layer = dataset.CreateLayer(self.names()[i] if self.kind == "layers" else self.name,
                                                reference("EPSG:4326"), ogr.wkbPolygon, words)
                feature = ogr.Feature(layer.GetLayerDefn())
                feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(polygon(square(4.5 + 0.02 * i)))))
                layer.CreateFeature(feature)
            dataset.FlushCache()
            layer = dataset = None
        return [text for kind, text in said if kind == gdal.CE_Failure]

    def names(self):
        """The name of each job's processing."""
        return [self.name] if self.kind == "single" else [f"{self.name} {i + 1}" for i in range(self.jobs)]

    def count(self):
        """The processings of each job."""
        names = [p.name for p in self.sb.state.all_processings()]
        return [names.count(name) for name in self.names()]

    def ids(self):
        return {p.id for p in self.sb.state.all_processings() if p.name in self.names()}

    def be_overtaken(self):
        """Others add processings."""
        for i in range(self.chance.choice(NEWER)):
            self.sb.add_processing(f"of somebody else {i}")

    @staticmethod
    def journal():
        (path,) = journal_files()
        return path

    def cut_power(self):
        """What was written after the last request was announced is lost, in the middle of a line."""
        text = self.journal().read_text(encoding="utf-8")
        last = text.rfind('"state":"sending"')
        if last < 0:
            return
        end = text.index("\n", last) + 1
        self.journal().write_text(text[:self.chance.randint(end, len(text))], encoding="utf-8")

    def wait(self):
        """A quarter of an hour goes by: what was written is older."""
        text = self.journal().read_text(encoding="utf-8")
        self.journal().write_text(re.sub(r'("(?:time|sent)":")(20[0-9T:.-]+)Z"', older_time, text), encoding="utf-8")

    def live(self):
        """A few commands, until one succeeds. Returns whether one has."""
        for _ in range(self.chance.randint(1, 3)):
            fault = self.chance.choice(FAULTS)
            is_dry = self.chance.random() < 0.2
            planted = self.sb.fault(CREATE, method="POST", skip=self.chance.randrange(self.jobs), times=1,
                                    **fault) if fault else None
            errors = self.command(**({"DRY_RUN": "YES"} if is_dry else {}))
            if planted:
                planted.remove()
            assert max(self.count()) <= 1, self.name
            if not errors and not is_dry:
                return True
            if self.chance.random() < 0.3:
                self.cut_power()
            if self.chance.random() < 0.5:
                self.wait()
            self.be_overtaken()
        return False


def older_time(found):
    text = found.group(2)
    form = "%Y-%m-%dT%H:%M:%S.%f" if "." in text else "%Y-%m-%dT%H:%M:%S"
    time = datetime.strptime(text, form) - timedelta(minutes=15)
    return f'{found.group(1)}{time.isoformat(timespec="milliseconds")}Z"'


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_never_twice_and_never_missing(sb, seed):
    sb.state.user["remainingCredits"] = 10 ** 9
    history = History(sb, seed)
    errors = [] if history.live() else history.command()
    if errors and "may still appear" in errors[0]:
        history.wait()
        errors = history.command()
    assert errors == []
    assert history.count() == [1] * history.jobs
    assert history.ids() <= set(re.findall(r'"id":"([^"]*)"', history.journal().read_text(encoding="utf-8")))
