"""Who may do what in the warehouse: group roles without login, and their grants.

Logins are made by whoever runs the server and become members of these groups.
"""

from __future__ import annotations

LOADER, OFFICER, SUPPLIER, BI, BANK, CITY, AUDITOR = (
    "srdi_loader",
    "srdi_officer",
    "srdi_supplier",
    "srdi_bi",
    "srdi_bank",
    "srdi_city",
    "srdi_auditor",
)
GROUPS = (LOADER, OFFICER, SUPPLIER, BI, BANK, CITY, AUDITOR)
