"""Add Vector Layer fits on the screen of a small laptop."""

from session import Desktop, new_sandbox
from test_screenshot import size_of

BARS = 72  # px: the title bar of a window and the panel of a desktop, which the virtual screen has not


def test_add_button_is_on_the_screen(tmp_path):
    picture = tmp_path / "picture.png"
    with new_sandbox() as sandbox:
        seen = Desktop(tmp_path, sandbox, screen="1366x768").run("steps_small_screen", PICTURE=str(picture)).seen["add"]
    assert seen["options"] and seen["is_shown"] and size_of(picture) == (1366, 768)
    (width, height), (right, bottom) = seen["window"], seen["end_of_button"]
    assert right <= width <= 1366 and bottom <= height <= 768 - BARS
    assert seen["colour"] != "#000000"  # of the picture, where the button is: nothing of the screen is black but its background
