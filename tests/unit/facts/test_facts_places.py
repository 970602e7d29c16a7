"""Where an enterprise is: 所属区县, else 住所, else 登记机关; old names, codes and function zones."""

from __future__ import annotations

from datetime import date

import pytest
from facts_inbox import A, Inbox

pytestmark = pytest.mark.full


def place(inbox: Inbox, biz_date: date = date(2025, 9, 30), **row: str | None) -> tuple:
    inbox.registry({"uscc": A, "district": None, **row})
    found = inbox.resolve(biz_date).enterprises[A]
    return found["city_code"], found["division_code"], found["zone_code"]


DISTRICTS = [
    ("涧西区", ("410300", "410305", None)),
    ("洛阳市涧西区", ("410300", "410305", None)),
    ("河南省洛阳市涧西区", ("410300", "410305", None)),
    ("瀍河区", ("410300", "410304", None)),
    ("410305", ("410300", "410305", None)),
    # changed in 2021 and 2016
    ("偃师市", ("410300", "410307", None)),
    ("410381", ("410300", "410307", None)),
    ("孟津县", ("410300", "410308", None)),
    ("吉利区", ("410300", "410308", None)),
    ("410306", ("410300", "410308", None)),
    ("陕县", ("411200", "411203", None)),
    # a code used twice means the division of the day
    ("410307", ("410300", "410307", None)),
    # function zones have no county: the city's code
    ("洛阳高新区", ("410300", "410300", "410371")),
    ("410371", ("410300", "410300", "410371")),
    ("伊滨区", ("410300", "410300", "4103Z1")),
    ("郑州航空港区", ("410100", "410100", "410173")),
    ("郑东新区", ("410100", "410100", "4101Z1")),
    ("洛阳市", ("410300", "410300", None)),
    ("济源市", ("419001", "419001", None)),
    ("石家庄市新华区", (None, None, None)),
]


def test_district_words(inbox: Inbox) -> None:
    rows = {f"X{number:017d}": district for number, (district, _) in enumerate(DISTRICTS)}
    inbox.registry(*({"uscc": uscc, "district": district} for uscc, district in rows.items()))
    found = inbox.resolve().enterprises
    assert [
        (district, tuple(found[uscc][c] for c in ("city_code", "division_code", "zone_code")))
        for uscc, district in rows.items()
    ] == DISTRICTS


def test_reused_code_means_the_division_of_the_day(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "district": "410307"}, as_of=date(2005, 1, 1))
    assert inbox.resolve(date(2005, 1, 1)).enterprises[A]["division_code"] == "410311"
    assert inbox.resolve(date(2025, 1, 1)).enterprises[A]["division_code"] == "410307"


def test_address_when_there_is_no_district(inbox: Inbox) -> None:
    found = place(inbox, address="河南省洛阳市西工区中州中路1号", registrar="洛阳市涧西区市场监督管理局")
    assert found == ("410300", "410303", None)


def test_registrar_last(inbox: Inbox) -> None:
    assert place(inbox, registrar="偃师市市场监督管理局") == ("410300", "410307", None)


def test_branch_office_of_the_registrar(inbox: Inbox) -> None:
    assert place(inbox, registrar="洛阳市市场监督管理局涧西分局") == ("410300", "410305", None)


def test_never_from_the_code(inbox: Inbox) -> None:
    assert place(inbox) == (None, None, None)
    assert inbox.resolve().checks() == ["place.unknown"]


@pytest.mark.parametrize(
    ("address", "zone"), [("郑州市科学大道1号", "410172"), ("洛阳市丰华路1号", "410371")]
)
def test_a_zone_name_of_many_cities_takes_the_city_from_the_rest(
    inbox: Inbox, address: str, zone: str
) -> None:
    found = place(inbox, district="高新区", address=address)
    assert found[2] == zone and found[1] == found[0]


def test_zone_and_county_stand_side_by_side(inbox: Inbox) -> None:
    found = place(inbox, district="涧西区", address="洛阳市高新区丰华路1号")
    assert found == ("410300", "410305", "410371")
    assert "place.disagreement" not in inbox.resolve().checks()


def test_disagreement_is_a_finding_and_the_district_decides(inbox: Inbox) -> None:
    found = place(inbox, district="涧西区", address="河南省郑州市金水区花园路1号")
    assert found == ("410300", "410305", None)
    finding = inbox.resolve().finding("place.disagreement")
    assert finding["field"] == "district" and "410305" in finding["message_zh"]


def test_old_and_new_name_of_one_place_agree(inbox: Inbox) -> None:
    place(inbox, district="偃师市", address="河南省洛阳市偃师区民主路1号")
    assert inbox.resolve().checks() == []
