"""Where the invented enterprises stand: the real divisions and function zones of three cities of Henan.

Divisions are GB/T 2260 counties; a function zone has no county, so its enterprises count for the city.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """``division`` is the county, or the city's own code in a function zone; ``label`` is what 所属区县 says.

    ``issued`` is the division older codes were issued in where it has changed since; ``old`` its old names.
    """

    city: str
    division: str
    label: str
    zone: str = ""
    issued: str = ""
    old: tuple[str, ...] = ()


@dataclass(frozen=True)
class City:
    """``share`` of all enterprises; head-counts of titles in force (innovative, provincial and up, little giant)."""

    code: str
    name: str
    short: str
    share: float
    innovative: int
    provincial_up: int
    little_giant: int


# Luoyang as published for 2025-09-30; the others in proportion to the province's published totals
CITIES = (
    City("410100", "郑州市", "郑州", 0.48, 5000, 1300, 180),
    City("410300", "洛阳市", "洛阳", 0.40, 1404, 482, 56),
    City("411200", "三门峡市", "三门峡", 0.12, 380, 105, 14),
)

_COUNTIES = {
    "410100": "410102 中原区,410103 二七区,410104 管城回族区,410105 金水区,410106 上街区,410108 惠济区,"
    "410122 中牟县,410181 巩义市,410182 荥阳市,410183 新密市,410184 新郑市,410185 登封市",
    "410300": "410302 老城区,410303 西工区,410304 瀍河回族区,410305 涧西区,410307 偃师区,410308 孟津区,"
    "410311 洛龙区,410323 新安县,410324 栾川县,410325 嵩县,410326 汝阳县,410327 宜阳县,410328 洛宁县,410329 伊川县",
    "411200": "411202 湖滨区,411203 陕州区,411221 渑池县,411224 卢氏县,411281 义马市,411282 灵宝市",
}
_RENAMED = {
    "410307": ("410381", ("偃师市",)),
    "410308": ("410322", ("孟津县", "吉利区")),
    "411203": ("411222", ("陕县",)),
}
_ZONES = (
    Place("410100", "410100", "郑州高新区", "410172"),
    Place("410100", "410100", "郑州经开区", "410171"),
    Place("410100", "410100", "郑州航空港区", "410173"),
    Place("410100", "410100", "郑东新区", "郑东新区"),
    Place("410300", "410300", "洛阳高新区", "410371"),
    Place("410300", "410300", "伊滨区", "伊滨区"),
    Place("411200", "411200", "三门峡经开区", "411271"),
)


def _counties() -> list[Place]:
    found = []
    for city, text in _COUNTIES.items():
        for part in text.split(","):
            code, name = part.split(" ")
            issued, old = _RENAMED.get(code, ("", ()))
            found.append(Place(city, code, name, issued=issued, old=old))
    return found


PLACES: tuple[Place, ...] = (*_counties(), *_ZONES)
CITY_BY_CODE = {city.code: city for city in CITIES}

STREETS = (
    "建设路",
    "创新大道",
    "工业路",
    "滨河路",
    "科技大道",
    "人民路",
    "振兴街",
    "长江路",
    "开元大道",
    "产业大道",
)


def address(place: Place, street: int, number: int) -> str:
    """住所 as a registry writes it: province, city, county or zone, street and number."""
    city = CITY_BY_CODE[place.city].name
    where = place.label.removeprefix(CITY_BY_CODE[place.city].short) if place.zone else place.label
    return f"河南省{city}{where}{STREETS[street % len(STREETS)]}{number}号"


def registrar(place: Place) -> str:
    """登记机关: the market supervision bureau of the county, or of the city in a function zone."""
    if place.zone:
        return f"{CITY_BY_CODE[place.city].name}市场监督管理局"
    city = CITY_BY_CODE[place.city].name
    return f"{place.label if place.label.endswith('市') else city + place.label}市场监督管理局"
