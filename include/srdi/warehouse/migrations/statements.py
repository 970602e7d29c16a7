"""Cut a file of SQL into statements, for migrations that keep their SQL in ``sql/``."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\$\$.*?\$\$|;", re.S)


def statements(text: str) -> list[str]:
    """Statements of ``text``; a semicolon inside a quoted text, a ``$$`` body or a comment does not cut."""
    found: list[str] = []
    start = 0
    for token in _TOKEN.finditer(text):
        if token.group() == ";":
            found.append(text[start : token.start()].strip())
            start = token.end()
    found.append(text[start:].strip())
    bare = [part for part in found if _TOKEN.sub("", part).strip()]
    # A bind marker in SQLAlchemy's text() is ":name"; these files have casts and none of those.
    return [part.replace("::", "\\:\\:") for part in bare]
