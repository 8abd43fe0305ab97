"""Which clients are tested, a database for one of them, and the table of what came of it."""

import os
import shutil
import subprocess
import tempfile

import pytest

from programs import CLIENTS, ask_postgis, program
from table import lines


# Tests of one client alone.
collect_ignore = [f"test_{name}.py" for name in ("postgis", "mapserver") if not CLIENTS[name].is_here]


def pytest_addoption(parser):
    parser.addoption("--clients", help="the clients that must be here, with commas; without it those that are")


def chosen(config):
    """The names of clients, each the same object at each call: pytest makes fixtures anew for another one."""
    names = config.getoption("clients", None)  # the option is there when this folder is tested alone
    wanted = names.split(",") if names else [name for name, client in CLIENTS.items() if client.is_here]
    assert set(wanted) <= set(CLIENTS), wanted
    return [name for name in CLIENTS if name in wanted]


def pytest_generate_tests(metafunc):
    if "client_name" in metafunc.fixturenames:
        metafunc.parametrize("client_name", chosen(metafunc.config), scope="module")


def pytest_terminal_summary(terminalreporter, config):
    terminalreporter.section("clients")
    for line in lines(chosen(config)):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def database():
    """A database with PostGIS, as a connection string: a server of our own, on a socket in a temporary folder."""
    folder = tempfile.mkdtemp(prefix="mapflow-pg-", dir="/tmp")  # the name of a socket must be short
    server = {}  # PostgreSQL does not run as root
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
        server = {"user": "nobody", "group": "nogroup", "extra_groups": []}

    def control(name, *arguments):
        done = subprocess.run([program(name), *arguments], cwd=folder, stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **server)
        assert done.returncode == 0, done.stdout.decode()

    where = f"host={folder} user=mapflow dbname="
    control("initdb", "-D", f"{folder}/data", "-U", "mapflow", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    control("pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w",
            "-o", f"-k {folder} -c listen_addresses= -c fsync=off", "start")
    try:
        ask_postgis(where + "postgres", "CREATE DATABASE gis")
        ask_postgis(where + "gis", "CREATE EXTENSION postgis")
        yield where + "gis"
    finally:
        control("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)
