"""Lists the errors and warnings of the driver, as the source has them: python3 autotest/messages.py > messages.md

A message of the core may get a prefix ("processing <id>: …"), a full stop or more sentences; "…" stands for a value.
"""

import pathlib
import re

DRIVER = pathlib.Path(__file__).resolve().parent.parent / "driver"
STRING = r'"(?:[^"\\]|\\.)*"'
VALUE = re.compile(r"%[-+0-9.*]*(?:l|ll|z)?[a-zA-Z]|%%")
CALL = re.compile(r"\b(CPLError|OGRMapflowReport|OGRMapflowWarn|mf_error_set|mf_error_append|mf_error_prefix|mf_tell|\w*Refuse\w*|ReportError"
                  r"|MF_DOCUMENT_TYPE|mf_document_\w+|OGRMapflowEditing \w+ =)\s*[({]")


def arguments(text, begin):
    """What stands between the parenthesis or brace before `begin` and its partner."""
    depth, at = 1, begin
    while depth:
        quoted = re.compile(STRING).match(text, at)
        if quoted:
            at = quoted.end()
            continue
        depth += (text[at] in "({") - (text[at] in ")}")
        at += 1
    return text[begin:at - 1]


def shown(literals):
    """Adjacent literals as one text, with … for each value."""
    literals = re.sub(r'"\s*CPL_FRMT_\w+\s*"', "…", literals)
    text = "".join(literal[1:-1] for literal in re.findall(STRING, literals))
    return VALUE.sub(lambda found: "%" if found[0] == "%%" else "…", text.replace('\\"', '"').replace("\\n", " "))


def messages(path):
    """(function, text) of each call in a source file that has a text."""
    text = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    for call in CALL.finditer(text):
        # CPL_FRMT_GIB and the like stand between literals.
        groups = re.findall(rf"{STRING}(?:\s*(?:CPL_FRMT_\w+\s*)?{STRING})*", arguments(text, call.end()))
        parts = [part for part in map(shown, groups) if re.search(r"[a-z]{3}", part)]
        if parts:
            yield call[1], " | ".join(parts)


def sources():
    return sorted(path for kind in ("*.c", "*.cpp") for path in DRIVER.rglob(kind))


def main():
    for path in sources():
        lines = [f"- {'(prefix) ' if function == 'mf_error_prefix' else ''}{text}" for function, text in messages(path)]
        if lines:
            print(f"## {path.relative_to(DRIVER)}\n", *lines, "", sep="\n")


if __name__ == "__main__":
    main()
