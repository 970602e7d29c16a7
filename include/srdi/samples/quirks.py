"""Dirt that rows carry: other spellings of the same fact, rows nobody can use, lines that are no rows.

Every edit that costs a fact is told to the truth (``known`` false, or the value itself changed), so the
oracle judges by what a careful reader can still know. ``deliveries`` adds what is wrong with whole files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from srdi.samples import codes
from srdi.samples.sheets import DUPLICATE, IGNORED, QUARANTINED, Note, Sheet, spell_numbers
from srdi.samples.spellings import DATES, SPELLINGS, UNUSABLE
from srdi.samples.truth import MISSING, Records, Truth

_WIDE = {c: c + 0xFEE0 for c in range(0x21, 0x7F)}
FOOTERS = ("合计", "制表人：样例", "说明：本表由系统导出，仅供测试")


class Dirt:
    """Makes one settled-to-be sheet dirty; ``plain`` marks enterprises no list depends on."""

    def __init__(
        self, truth: Truth, records: Records, sheet: Sheet, rng: np.random.Generator, plain: np.ndarray
    ) -> None:
        self.truth, self.records, self.sheet, self.rng = truth, records, sheet, rng
        self.owner = np.where(sheet.rows >= 0, records.owner[sheet.rows], -1)
        self.plain = (self.owner >= 0) & plain[self.owner]
        n = len(sheet)
        self.few = max(1, min(n // 300, 4 + n // 20_000))

    def pick(self, how_many: int, where: np.ndarray | None = None) -> list[int]:
        """Lines not yet touched, chosen by chance among those ``where``."""
        options = np.arange(len(self.sheet)) if where is None else np.flatnonzero(where)
        order = options[self.rng.permutation(len(options))][: how_many + len(self.sheet.taken)]
        chosen = [line for line in order.tolist() if line not in self.sheet.taken][:how_many]
        self.sheet.taken.update(chosen)
        return chosen

    def text(self, name: str) -> np.ndarray:
        return self.sheet.table[name].to_numpy(zero_copy_only=False)

    def _replace(self, name: str, values: pa.Array) -> None:
        table = self.sheet.table
        self.sheet.table = table.set_column(table.column_names.index(name), name, values)

    # ── spellings: nothing is lost ───────────────────────────────────────────────────────────

    def respell(self, share: float = 0.3) -> None:
        """Other words for the same categories, mixed date formats."""
        for name, words in SPELLINGS.get(self.sheet.source, {}).items():
            column = self.sheet.table[name].combine_chunks()
            chance = pa.array(self.rng.random(len(self.sheet)) < share)
            for word, other in words.items():
                column = pc.if_else(pc.and_(pc.equal(column, word), chance), other, column)
            self._replace(name, column)
            self.sheet.quirks.add("other_words")
        for name in DATES.get(self.sheet.source, ()):
            column = self.sheet.table[name].combine_chunks()
            chance = self.rng.integers(0, 10, len(self.sheet))
            for k, (first, second, last) in enumerate(
                (("/", "/", ""), (".", ".", ""), ("", "", ""), ("年", "月", "日"))
            ):
                parts = [pc.utf8_slice_codeunits(column, a, b) for a, b in ((0, 4), (5, 7), (8, 10))]
                # year/month/day without leading zeros, the compact form keeps them
                if first:
                    parts[1:] = [pc.utf8_ltrim(part, "0") for part in parts[1:]]
                other = pc.binary_join_element_wise(parts[0], first, parts[1], second, parts[2], last, "")
                mask = pc.and_(pa.array(chance == k), pc.equal(pc.utf8_length(column), 10))
                column = pc.if_else(mask, other, column)
            self._replace(name, column)
            self.sheet.quirks.add("mixed_dates")

    def loosen(self, where: np.ndarray | None = None) -> None:
        """Width, blanks, apostrophes and brackets around codes and names."""
        n = max(3, len(self.sheet) // 200)
        named = "name" in self.sheet.table.column_names
        for line in self.pick(n, where if named else self.text("uscc") != ""):
            code = self.sheet.cell("uscc", line)
            name = self.sheet.cell("name", line) if named else ""
            kind = line % (6 if named else 4)
            if kind == 0 and code:
                self.sheet.edit("uscc", line, code.translate(_WIDE))
            elif kind == 1 and code:
                self.sheet.edit("uscc", line, f" {code}　")
            elif kind == 2 and code:
                self.sheet.edit("uscc", line, f"'{code}")
            elif kind == 3 and code:
                self.sheet.edit("uscc", line, f"{code}（1-2）")
            elif kind == 4:
                self.sheet.edit("name", line, f"{name[:2]}\u200b{name[2:]} ")
            elif named:
                self.sheet.edit("name", line, f"　{name.replace('（', '(').replace('）', ')')}")
        self.sheet.quirks.add("full_width_and_blanks")

    def in_wan(self) -> None:
        """The amounts of an export in yuan in ten thousands of them, as its header then says."""
        self._in_other_unit("(元)", "(万元)", lambda v: spell_numbers(np.where(v == MISSING, v, v // 100), 2))
        self.sheet.quirks.add("unit_wan")

    def in_yuan(self) -> None:
        """The other way round."""
        self._in_other_unit("(万元)", "(元)", spell_numbers)
        self.sheet.quirks.add("unit_yuan")

    def _in_other_unit(self, unit: str, other: str, spell: Callable[[np.ndarray], pa.Array]) -> None:
        for name, header in zip(self.sheet.table.column_names, self.sheet.headers, strict=True):
            if header.endswith(unit):
                self._replace(name, spell(self.records.columns[name][self.sheet.rows]))
        self.sheet.headers = [
            h.removesuffix(unit) + other if h.endswith(unit) else h for h in self.sheet.headers
        ]

    def rename(self, **headers: str) -> None:
        """Other headers that suppliers use for the same columns."""
        columns = self.sheet.table.column_names
        for name, header in headers.items():
            self.sheet.headers[columns.index(name)] = header
        self.sheet.quirks.add("header_alias")

    def thousands(self, name: str) -> None:
        """Thousands separators in some amounts."""
        for line in self.pick(max(2, self.few * 3), np.char.str_len(self.text(name).astype(str)) > 3):
            value = self.sheet.cell(name, line)
            whole, point, rest = value.partition(".")
            self.sheet.edit(name, line, f"{int(whole):,}{point}{rest}")
        self.sheet.quirks.add("thousands_separator")

    # ── rows nobody can use ──────────────────────────────────────────────────────────────────

    def lose(self, lines: Iterable[int], name: str, text: str | None, check_id: str, quirk: str) -> None:
        """Spoil a required cell: the row goes to quarantine and its fact is gone."""
        for line in lines:
            self.sheet.edit(name, line, text if text is not None else "")
            self.sheet.fate[line] = QUARANTINED
            self.sheet.notes.append(Note(line, name, check_id, quirk))
            self.sheet.quirks.add(quirk)
            row = int(self.sheet.rows[line])
            if row >= 0:
                self.records.known[row] = False

    def spoil_codes(self, everything: bool, where: np.ndarray | None = None) -> None:
        """Codes broken by Excel and by hand, in sources that need the code."""
        kinds = ["code_checksum", "code_length", "required"]
        kinds += ["code_scientific", "code_alphabet"] if everything else []
        for kind in kinds:
            for line in self.pick(self.few if everything else 1, where):
                code = self.sheet.cell("uscc", line)
                self.lose(
                    [line],
                    "uscc",
                    _broken(code, kind),
                    f"uscc.{kind}",
                    "missing_code" if kind == "required" else kind,
                )

    def spoil_rows(self, everything: bool, where: np.ndarray | None = None) -> None:
        """The unusable cells of this source."""
        for name, text, quirk, only_all in UNUSABLE.get(self.sheet.source, ()):
            if only_all and not everything:
                continue
            check = "required" if not text else "category" if quirk == "unknown_category" else "readable"
            self.lose(self.pick(self.few, where), name, text, f"{name}.{check}", quirk)

    def unread(self, lines: Iterable[int], name: str, text: str, check: str, quirk: str) -> None:
        """An optional cell nobody can read: the row stays, the value is unknown, a finding says so."""
        for line in lines:
            self.sheet.edit(name, line, text)
            self.sheet.findings.append(Note(line, name, f"{name}.{check}", quirk))
            self.sheet.quirks.add(quirk)

    # ── lines that are no rows ───────────────────────────────────────────────────────────────

    def repeat(self, how_many: int | None = None) -> None:
        """The same row again, further down."""
        n = len(self.sheet)
        clean = self.sheet.fate == 0
        for line in self.pick(how_many or self.few + 1, clean):
            cells = {name: self.sheet.cell(name, line) for name in self.sheet.table.column_names}
            self.sheet.inserts.append((int(self.rng.integers(line, n)), cells, DUPLICATE))
        self.sheet.quirks.add("duplicate_row")

    def foot(self, words: Iterable[str] = FOOTERS) -> None:
        """Totals and signatures below the last row."""
        first = self.sheet.table.column_names[0]
        for word in words:
            self.sheet.inserts.append((len(self.sheet) - 1, {first: word}, IGNORED))
        self.sheet.quirks.add("footer")

    def repeat_header(self) -> None:
        """The header once more in the middle, as pages glued together have it."""
        cells = dict(zip(self.sheet.table.column_names, self.sheet.headers, strict=True))
        self.sheet.inserts.append((len(self.sheet) // 2, cells, IGNORED))
        self.sheet.quirks.add("repeated_header")


def _broken(code: str, kind: str) -> str:
    if kind == "required":
        return ""
    if kind == "code_scientific":
        return f"{code[0]}.{code[1:6]}E+17"
    if kind == "code_length":
        return code[:9] + code[10:]
    if kind == "code_alphabet":
        return code[:8] + "O" + code[9:]
    return codes.wrong_check(code)
