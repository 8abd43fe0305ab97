"""Writes the corpus of the fuzz targets: the documents and strings that the other tests know.

    python3 corpus.py FOLDER

makes FOLDER/documents and FOLDER/options.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "ogr"))

import awkward_documents  # noqa: E402
import malformed  # noqa: E402

LARGEST = 20000  # bytes: more only slows the fuzzer down

UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
OPTIONS = (
    UUID, UUID.upper(), f" {UUID} ", "", "project=x", f"{UUID},CACHE=NO", f"{UUID},cache=offline,AOI={UUID}",
    f'{UUID},CACHE_DIR="a, b"', f'{UUID},CACHE_DIR="a ""quoted"" one",CACHE_SIZE=10G', f"{UUID},API_TOKEN=x:y",
    f'{UUID},API_TOKEN="', f"{UUID},", f"{UUID},,", f"{UUID},=", f"{UUID},CACHE", f"{UUID},CACHE:NO",
    f"{UUID},API_URL=http://127.0.0.1:1/rest,MAX_RESULT_SIZE=1.5m", f"{UUID},CACHE_DIR= a ,CACHE_DIR=b",
)


def write(folder, bodies):
    """One file a body, named by its number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(bodies):
        (folder / f"{number:04}").write_bytes(body)


def main(folder):
    documents = [*awkward_documents.documents().values(), *(body for _, body, _ in malformed.cases())]
    write(folder / "documents", [body for body in documents if len(body) <= LARGEST])
    write(folder / "options", [text.encode() for text in OPTIONS])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
