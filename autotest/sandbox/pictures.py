"""Small real pictures, so that a test can tell where a pixel belongs: four quarters in four colours."""

import struct
import zlib

# north-west, north-east, south-east, south-west
QUARTERS = ((200, 40, 40), (40, 160, 60), (50, 70, 200), (220, 190, 50))
GREYS = ((60, 60, 60), (110, 110, 110), (160, 160, 160), (210, 210, 210))


def quarter(column, row, colours=QUARTERS):
    """The colour at a place of a picture, both coordinates from 0 to 1."""
    return colours[(3 if column < 0.5 else 2) if row >= 0.5 else (0 if column < 0.5 else 1)]


def png(width, rows):
    """A PNG of 8-bit RGBA rows (bytes of 4 * width each)."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, len(rows), 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def quarters_png(width, height):
    """The four quarters as an opaque PNG."""
    halves = []
    for row in (0.0, 1.0):
        west, east = (bytes((*quarter(column, row), 255)) for column in (0.0, 1.0))
        halves.append(west * (width // 2) + east * (width - width // 2))
    return png(width, [halves[0]] * (height // 2) + [halves[1]] * (height - height // 2))


def _segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def _ycbcr(red, green, blue):
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(y), round(128 + 0.564 * (blue - y)), round(128 + 0.713 * (red - y))


def _code(difference):
    """A DC difference: its category in four bits, its value, then the one-bit end of block."""
    category = abs(difference).bit_length()
    value = difference if difference >= 0 else difference + (1 << category) - 1
    return f"{category:04b}" + (f"{value:0{category}b}" if category else "") + "0"


def jpeg(width, height, colour_at=quarter):
    """A baseline JPEG whose blocks of 8 x 8 px are of one colour each: colour_at(column, row), from 0 to 1."""
    bits, last = [], [0, 0, 0]
    codes = {}
    for top in range(0, height, 8):
        for left in range(0, width, 8):
            colour = _ycbcr(*colour_at(min(1.0, (left + 4) / width), min(1.0, (top + 4) / height)))
            for component in range(3):
                level = 8 * (colour[component] - 128)
                difference = level - last[component]
                last[component] = level
                if difference not in codes:
                    codes[difference] = _code(difference)
                bits.append(codes[difference])
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    scan = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\x00")
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes([n, 0x11, 0]) for n in (1, 2, 3))
    dc = bytes([0x00]) + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12))
    ac = bytes([0x10]) + bytes([1] + [0] * 15) + bytes([0])
    selection = bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])
    return (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
        + _segment(0xDB, bytes([0]) + bytes([1] * 64))
        + _segment(0xC0, frame)
        + _segment(0xC4, dc)
        + _segment(0xC4, ac)
        + _segment(0xDA, selection)
        + scan
        + b"\xff\xd9"
    )
