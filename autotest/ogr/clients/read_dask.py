"""A local cluster of dask: each job is a task of a worker, a process of its own, with a connection of its own."""

import dask
import distributed
import read_osgeo

dask.config.set({"distributed.worker.daemon": True})
CLUSTER = []


def read(name, **wanted):
    if not CLUSTER:
        CLUSTER.append(distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None))
    return CLUSTER[0].submit(read_osgeo.read, name, **wanted, pure=False).result(timeout=60)
