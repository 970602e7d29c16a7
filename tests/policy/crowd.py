"""Enterprises with every fact, titles and events, all drawn at random from a seed: what no case file thinks of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from policy.scene import EVENTS, FACTS, Scene, uscc
from srdi.contracts.models import FieldMeaning
from srdi.policy.models import TITLES
from srdi.policy.packset import PackSet

DAY = date(2025, 9, 30)
PLACES = [
    ("410300", "410302"),
    ("410100", "410102"),
    ("411200", "411202"),
    ("410300", None),
    ("410500", "410502"),
]
#: Amounts and whole numbers around the bounds that papers ask for, exact edges among them.
MONEY = [
    "0",
    "-1.50",
    "0.01",
    "999999.99",
    "1000000",
    "4096.23",
    "68270.50",
    "5000000",
    "10000000",
    "100000000.00",
]
MONEY += ["100000000.01", "34000000", "60000000", "3500000", "12000000", "7200000", "48000000"]
RATIOS = ["0", "0.009999", "0.01", "0.010001", "0.05", "0.5", "0.0435", "1"]
WHOLE = [0, 0, 1, 1, 2, 3, 4, 5, 10, 50, 100, 200, 900]
#: Of an enterprise that is near to whatever title comes next.
STRONG: dict[str, Any] = {
    "declared_year": 2025,
    "tax_year": 2024,
    "segment_years": 5,
    "revenue": 100000000,
    "revenue_prior": 80000000,
    "revenue_prior2": 60000000,
    "main_revenue": 80000000,
    "main_revenue_prior": 70000000,
    "main_revenue_prior2": 60000000,
    "rd_expense": 12000000,
    "rd_expense_prior": 10000000,
    "assets": 100000000,
    "liabilities": 30000000,
    "employees": 100,
    "rd_staff": 60,
    "ip_class1": 5,
    "ip_class2": 5,
    "rd_body_rank": 3,
    "market_share": "0.5",
    "national_rank": 1,
    "product_key_link": True,
    "high_tech": True,
    "digital_level": 3,
}
BY_TITLE = ("title", "title_valid_from", "title_valid_to", "title_ended_on", "title_cancelled_on")


def draw(random: Random, meaning: FieldMeaning, words: Sequence[str], empty: float = 0.15) -> Any:
    """A value of the fact's type, or none."""
    if random.random() < empty:
        return None
    match meaning.type:
        case "flag":
            return random.random() < 0.6
        case "date":
            return DAY - timedelta(
                days=random.choice([-1, 0, 1, 29, 100, 272, 273, 364, 365, 400, 900, 1300])
            )
        case "year":
            return random.choice([2022, 2023, 2024, 2025])
        case "money":
            return Decimal(random.choice(MONEY))
        case "ratio" | "decimal":
            return Decimal(random.choice(RATIOS)) * (100 if meaning.type == "decimal" else 1)
        case "integer":
            return random.choice(WHOLE)
        case "names":
            return ["旧名"]
        case _:
            return random.choice(words)


def words_of(packs: PackSet) -> list[str]:
    """Words that conditions compare texts with, and one that none of them knows."""
    values = {
        entry.value
        for named in packs.parameters.values()
        for one in named.values()
        if one.unit == "text"
        for _, entry in one.values
    }
    return sorted({str(value) for value in values if value is not None} | {"别的"})


def enterprise(random: Random, packs: PackSet, number: int, whole: bool = False) -> dict[str, Any]:
    """One enterprise; ``whole``: little of it is unknown, and it is nearly everything that papers look for."""
    words = words_of(packs)
    row = {name: draw(random, one, words, 0.02 if whole else 0.2) for name, one in FACTS.items()}
    city, county = random.choice(PLACES)
    row |= {"uscc": uscc(number), "name": f"企业{number}", "city_code": city, "division_code": county}
    row |= {
        "industry_section": random.choice(["C", "C", "I", None]),
        "tax_credit_grade": random.choice("ABD"),
    }
    row |= dict.fromkeys(BY_TITLE)
    held = random.choice(["held", "held", "unknown", "ended", "cancelled", "never"])
    row["provincial_or_above"] = {"held": True, "unknown": None}.get(held, False)
    if held in ("held", "ended", "cancelled"):
        row |= {"title": random.choice(["省级", "小巨人"]), "title_valid_from": date(2022, 1, 1)}
        row["title_valid_to"] = (
            date(2026, 1, 1) if held == "held" else DAY - timedelta(days=random.choice([0, 40]))
        )
    if held in ("ended", "cancelled"):
        row[f"title_{held}_on"] = row["title_valid_to"]
    if whole:
        strong = {name: value for name, value in STRONG.items() if random.random() < 0.9}
        row |= strong | {"operating": True, "sme": True, "serious_dishonest": False, "little_giant": False}
        row |= {"provincial": row["provincial_or_above"], "innovative": random.random() < 0.5}
    return row


def people(packs: PackSet, seed: int, number: int) -> list[dict[str, Any]]:
    random = Random(seed)
    return [enterprise(random, packs, at, whole=at % 3 == 0) for at in range(number)]


def titles(seed: int, number: int) -> list[dict[str, Any]]:
    """Rows of the title lists: of the enterprises, of nobody, undated, in every state."""
    random = Random(seed)
    rows = []
    for at in range(number * 3):
        city, county = random.choice(PLACES)
        recognised = random.choice(
            [None, date(2023, 5, 5), date(2024, 7, 1), date(2025, 3, 3), date(2026, 1, 1)]
        )
        rows.append(
            {
                "title_id": f"t{at:04d}",
                "uscc": uscc(random.randrange(number)) if random.random() < 0.8 else None,
                "raw_name": f"名{at}",
                "title": random.choice(TITLES),
                "state": random.choice(["recognised", "recognised", "renewed", "proposed", "cancelled"]),
                "recognised_on": recognised,
                "valid_from": random.choice([None, recognised]),
                "in_force": random.choice([True, True, False, None]),
                "division_code": county,
                "city_code": random.choice([city, city, None]),
            }
        )
    return rows


def events(packs: PackSet, seed: int, number: int) -> dict[str, list[dict[str, Any]]]:
    """Rows of every table of events, some of nobody and some without a day."""
    random, words = Random(seed), words_of(packs)
    tables: dict[str, list[dict[str, Any]]] = {}
    for table, columns in EVENTS.items():
        rows = tables[table] = []
        for at in range(number * 2):
            city, county = random.choice(PLACES)
            row = {name: draw(random, one, words, 0.05) for name, one in columns.items()}
            row |= {
                "uscc": uscc(random.randrange(number)) if random.random() < 0.9 else None,
                "row_no": at + 2,
            }
            row |= {"city_code": city, "division_code": county, "batch_id": f"{table}-1"}
            if "bank" in columns:
                row["bank"] = random.choice(["甲银行", "乙银行", "丙银行", None])
            rows.append(row)
    return tables


def write(
    scene: Scene,
    packs: PackSet,
    facts: Sequence[dict[str, Any]],
    seed: int,
    order: int | None = None,
) -> str:
    """All fact files of a run; ``order``: seed of another order of their rows. Returns their folder."""

    def ordered(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(rows) if order is None else Random(order).sample(list(rows), len(rows))

    folder = scene.facts(ordered(facts), ordered(titles(seed, len(facts))))
    for table, rows in events(packs, seed, len(facts)).items():
        scene.events(table, ordered(rows))
    return folder
