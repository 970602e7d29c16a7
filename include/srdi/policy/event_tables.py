"""The tables of events that measures may ask: where their rows come from, and what a row without a place means."""

from __future__ import annotations

from dataclasses import dataclass

#: Flags of a row that other sources than the table's own decide.
FLAG_SOURCES = {
    "srdi": ("title_list",),
    "provincial_or_above": ("title_list",),
    "sme": ("tax_annual", "enterprise_registry"),
    "small_micro": ("tax_annual", "enterprise_registry"),
}
NEVER, ALWAYS = "FALSE", "TRUE"


@dataclass(frozen=True)
class EventTable:
    """``about``: SQL over the row ``e``, true when the row speaks of an enterprise and is nobody's without one.

    ``anywhere``: true when a row without a place belongs to every area; any other such row is only ``unmatched``.
    """

    zh: str
    source: str
    about: str = ALWAYS
    anywhere: str = NEVER

    def sources(self, columns: list[str]) -> list[str]:
        """Sources that the table, the places of its enterprises and the flags among ``columns`` come from."""
        found = {self.source} | {one for name in columns for one in FLAG_SOURCES.get(name, ())}
        return sorted(found | ({"enterprise_registry"} if self.about != NEVER else set()))


TABLES = {
    "application": EventTable("融资申请", "financing_credit"),
    "loan": EventTable("贷款", "financing_loan"),
    "guarantee": EventTable("担保", "financing_guarantee"),
    # totals of a bank speak of no place: they hold for every city that asks
    "bank_month": EventTable("银行月末余额", "bank_totals", about=NEVER, anywhere=ALWAYS),
    "procurement_year": EventTable("政府采购年度数", "procurement", about=NEVER),
    "service_event": EventTable("产销对接活动", "service_ledger", about=NEVER),
    # a member is an enterprise or a bank; a bank needs no place to be on a platform
    "platform_member": EventTable(
        "平台成员", "platform_membership", about="e.bank IS NULL", anywhere="e.bank IS NOT NULL"
    ),
}
