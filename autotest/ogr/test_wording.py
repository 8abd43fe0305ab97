"""Errors and warnings of the driver use one wording: see the glossary in driver/README.md."""

import re
import sys

import pytest

from paths import AUTOTEST

sys.path.insert(0, str(AUTOTEST))
import messages  # noqa: E402

SAID = [(path.name, function, text) for path in messages.sources() for function, text in messages.messages(path)]
# Another word is meant each time: state, specify, return; poll; contain; string; the caller.
NOT_OURS = re.compile(r"\b(tells?|told|says|look at|looks? after|again and again|nevertheless|not a text|no usable|who|whoever)\b")


def test_all_messages_are_listed():
    assert len(SAID) > 400 and len({name for name, _, _ in SAID}) > 60


@pytest.mark.parametrize("name, function, text", SAID, ids=[text[:60] for _, _, text in SAID])
def test_message(name, function, text):
    assert not NOT_OURS.search(text.replace("The server says", "")), name
    assert not re.search(r"[a-z] {2,}[a-z]", text), name
    if function == "CPLError":
        assert not re.match(r"[a-z]", text), "a message of its own begins in upper case"
    if function == "mf_error_prefix":
        assert not text.endswith((":", ".")) and not re.match(r"[A-Z][a-z]", text) or text.startswith(("The result", "Areas"))
