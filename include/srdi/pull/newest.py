"""Which day an inbox speaks about: read from file names, without opening a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from srdi.contracts.models import Contract
from srdi.pull.landing import day_in_name


def newest_day(contracts: Iterable[Contract], inbox: Path, today: date) -> date | None:
    """The newest day up to ``today`` that a file of ``inbox/<source>/`` names; None when no file names one.

    Eight digits in a name may be something else, such as the end of a validity.
    """
    days = (
        day_in_name(path.name, contract.as_of)[0]
        for contract in contracts
        if (inbox / contract.id).is_dir()
        for path in (inbox / contract.id).iterdir()
        if path.is_file() and not path.name.startswith((".", "~$"))
    )
    return max((day for day in days if day and day <= today), default=None)
