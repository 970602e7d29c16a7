"""The conventions that facts depend on, resolved for the day by the policy packs and handed in as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Conventions:
    """Dated conventions in force on the day.

    ``closing_month_day``: last day on which the accounts of last year still count as open (``05-31``).
    ``title_years``: years a title lasts when its list names no end.
    ``evaluation_max_age_days``: age beyond which an evaluation no longer counts; None = no limit.
    ``champion_counts``: whether a champion title alone makes an enterprise provincial or above.
    ``service_report_days``: a county whose newest row in the service ledger is older than this does not report.
    ``employees_tolerance``: part of the larger head-count by which two sources may differ without a word.
    """

    closing_month_day: str = "05-31"
    title_years: int = 3
    evaluation_max_age_days: int | None = None
    champion_counts: bool = False
    service_report_days: int = 366
    employees_tolerance: Decimal = Decimal("0.5")

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> Conventions:
        """Take the conventions that concern facts; others (exit days, warning days …) belong to policy.

        Raises ValueError when a value cannot be used.
        """
        defaults = cls()
        age = parameters.get("evaluation_max_age_days")
        tolerance = parameters.get("employees_tolerance")
        conventions = cls(
            closing_month_day=str(parameters.get("closing_month_day", defaults.closing_month_day)),
            title_years=int(parameters.get("title_years", defaults.title_years)),
            evaluation_max_age_days=None if age is None else int(age),
            champion_counts=bool(parameters.get("champion_counts", defaults.champion_counts)),
            service_report_days=int(parameters.get("service_report_days", defaults.service_report_days)),
            employees_tolerance=defaults.employees_tolerance if tolerance is None else Decimal(tolerance),
        )
        conventions.closed_year(date(2023, 1, 1))
        if conventions.title_years <= 0:
            raise ValueError(f"title_years must be positive: {conventions.title_years}")
        if conventions.service_report_days <= 0:
            raise ValueError(f"service_report_days must be positive: {conventions.service_report_days}")
        if not 0 <= conventions.employees_tolerance <= 1:
            raise ValueError(f"employees_tolerance is a part of one: {conventions.employees_tolerance}")
        return conventions

    def closed_year(self, biz_date: date) -> int:
        """The latest closed year: last year once the closing day has passed, before that the year before."""
        month, _, day = self.closing_month_day.partition("-")
        try:
            closing = date(biz_date.year, int(month), int(day))
        except ValueError as error:
            raise ValueError(
                f"closing_month_day is not a day of the year (MM-DD): {self.closing_month_day!r}"
            ) from error
        return biz_date.year - 1 if biz_date > closing else biz_date.year - 2
