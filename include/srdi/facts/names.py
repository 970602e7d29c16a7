"""Names of enterprises as they are compared, on top of the normal form that ``conform`` gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from srdi.conform import macros

if TYPE_CHECKING:
    import duckdb

MACROS = {
    # 有限公司 and 有限责任公司 are the same legal form; which of them a list prints is chance
    "loose_name(normal)": "REPLACE(normal, '有限责任公司', '有限公司')",
    # what is left of a name without its place and its legal form: the trade name and the trade
    "name_stem(normal, place_prefix)": (
        "REGEXP_REPLACE(REGEXP_REPLACE(normal, place_prefix, ''), "
        "'(股份有限|有限责任|有限)?(公司|集团)?$', '')"
    ),
}


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give the connection ``lookup_key``, ``normal_name`` (from conform), ``loose_name`` and ``name_stem``."""
    macros.register(con)
    for signature, body in MACROS.items():
        con.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS {body}")


def alternation(words: Iterable[str]) -> str:
    """A pattern that finds any of the words, the longest first where several begin at one place.

    Without words it matches nothing.
    """
    ordered = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, ordered))})" if ordered else "[^\\s\\S]"
