"""Reads as a user of a library does, and prints what the user sees: reader.py LIBRARY JOBS

JOBS has a line for each dataset: key, name, layer, condition, box, open option, with tabs between; what is not wanted
is empty. Each gets an answer: key, "rows", and the ids of the rows with commas; or key, "error", and the text. A
warning that the user sees is a line of its own before that.
"""

import importlib
import sys
import warnings


def main():
    library, jobs = sys.argv[1:]
    module = importlib.import_module("read_" + library)
    for line in open(jobs, encoding="utf-8").read().splitlines():
        key, name, layer, where, box, option = line.split("\t")
        wanted = {"layer": layer or None, "where": where or None, "box": tuple(map(float, box.split())) or None,
                  "options": dict([option.split("=", 1)]) if option else {}}
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            try:
                answer = "rows", ",".join(str(one) for one in module.read(name, **wanted))
            except Exception as failure:
                answer = "error", f"{type(failure).__name__}: {failure}"
        shown = [*(str(one.message) for one in seen), *(module.shown() if hasattr(module, "shown") else [])]
        for kind, text in [*(("warning", text) for text in shown), answer]:
            print(key, kind, " ".join(text.split()), sep="\t", flush=True)


if __name__ == "__main__":  # not in the workers of dask
    main()
