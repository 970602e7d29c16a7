"""Names, words and headers: one spelling for the many ways the same characters are typed.

Every rule exists twice with one meaning: as a Python function for the few texts outside tables (headers,
file names, lookup files) and as a SQL macro for columns. Both are made from the same tables below.
"""

from __future__ import annotations

# typed by accident or pasted from web pages: no width, no meaning
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"
_ODD_SPACES = "\u00a0\u2002\u2003\u2009\u202f\u3000"
_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "￥" + _ODD_SPACES
_NARROW = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + "¥" + " " * len(_ODD_SPACES)
_BRACKETS = "[]【】〔〕〖〗{}「」『』〈〉《》<>"
_ROUND = "()" * (len(_BRACKETS) // 2)
_TRIMMED = " \t\r\n"
_QUOTES = "\"'“”‘’`"

_FOLD = str.maketrans(_WIDE, _NARROW) | dict.fromkeys(map(ord, INVISIBLE))
_UNIFY = str.maketrans(_BRACKETS, _ROUND)
_UNQUOTE = dict.fromkeys(map(ord, _QUOTES + " \t\r\n"))
_INVISIBLE_ONLY = dict.fromkeys(map(ord, INVISIBLE))
_BLANK_EDGES = " \t\r\n\u00a0\u2002\u2003\u2009\u202f\u3000"


def fold(text: str) -> str:
    """Full-width forms to half-width, invisible characters out, odd blanks made ordinary, edges trimmed."""
    return text.translate(_FOLD).strip(" \t\r\n")


def clean(text: str) -> str:
    """Invisible characters and outer blanks out; widths and inner blanks stay as the supplier wrote them."""
    return text.translate(_INVISIBLE_ONLY).strip(_BLANK_EDGES)


def lookup_key(text: str) -> str:
    """A word as it is compared with a lookup table: folded, no blanks or quotes, brackets round, upper case."""
    return fold(text).translate(_UNIFY).translate(_UNQUOTE).upper()


def header_key(text: str) -> str:
    """A header as it is compared: like :func:`lookup_key`, and without the star of required columns."""
    return lookup_key(text).replace("*", "")


def normal_name(text: str) -> str:
    """An enterprise's name as it is compared: folded, no blanks, brackets round, upper case."""
    return fold(text).translate(_UNIFY).translate(_UNQUOTE).upper()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_CLASS = INVISIBLE.replace("\u00ad", "\\x{AD}")
# nearly all cells are clean already; one test that says so is several times cheaper than cleaning them
_NEEDS_FOLD = f"[{_CLASS}{_ODD_SPACES}\uff01-\uff5e￥]|^[{_TRIMMED}]|[{_TRIMMED}]$"
_NEEDS_CLEAN = f"[{_CLASS}]|^[{_BLANK_EDGES}]|[{_BLANK_EDGES}]$"

MACROS = {
    # bytes = characters means ASCII, where only the edges can need anything
    "fold(s)": (
        f"CASE WHEN NOT regexp_matches(s, {_quoted(_NEEDS_FOLD)}) THEN s "
        f"ELSE trim(CASE WHEN strlen(s) = length(s) THEN s "
        f"ELSE translate(regexp_replace(s, {_quoted(f'[{_CLASS}]')}, '', 'g'), "
        f"{_quoted(_WIDE)}, {_quoted(_NARROW)}) END, {_quoted(_TRIMMED)}) END"
    ),
    "clean(s)": (
        f"CASE WHEN NOT regexp_matches(s, {_quoted(_NEEDS_CLEAN)}) THEN s "
        f"ELSE trim(regexp_replace(s, {_quoted(f'[{_CLASS}]')}, '', 'g'), {_quoted(_BLANK_EDGES)}) END"
    ),
    "lookup_key(s)": (
        f"upper(translate(regexp_replace(fold(s), {_quoted(f'[{_QUOTES} {chr(9)}{chr(10)}{chr(13)}]')}, '', 'g'), "
        f"{_quoted(_BRACKETS)}, {_quoted(_ROUND)}))"
    ),
    "header_key(s)": "replace(lookup_key(s), '*', '')",
    "normal_name(s)": "lookup_key(s)",
    # text without Chinese characters (codes, numbers, letters) is folded, Chinese text keeps its own brackets
    "plain_text(s)": "CASE WHEN strlen(s) <> length(s) AND regexp_matches(s, '\\p{Han}') THEN clean(s) ELSE fold(s) END",
    "split_names(s)": (
        "list_filter(list_transform(string_split_regex(s, '[;；、,，|/\\r\\n]+'), lambda x: clean(x)), "
        "lambda x: x <> '')"
    ),
}
