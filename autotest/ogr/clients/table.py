"""What came of each client and each cell."""

CELLS = ("read", "filter", "options", "failure", "unreachable", "from the cache")
FOUND = {}  # by client and cell


def lines(clients):
    rows = [("client", *CELLS), *((name, *(FOUND.get((name, cell), "-") for cell in CELLS)) for name in clients)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
