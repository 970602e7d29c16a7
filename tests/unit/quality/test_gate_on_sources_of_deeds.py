"""Which rows of the ledgers of services, benefits and members go to quarantine, with the real contracts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from srdi.conform.batch import conform
from srdi.contracts.loader import load_contracts, load_dictionary
from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.pull import drop_folder
from srdi.quality.gate import validate
from srdi.quality.results import Counts

pytestmark = pytest.mark.full

A, B = "91110000600037341L", "914403001922038216"
GOOD_CLOUD = "".join(f"{A},甲公司,2024-01-{day:02d},,,\n" for day in range(1, 10))
GOOD_SERVICE = "".join(f"{A},走访,2025-01-{day:02d},某局,,\n" for day in range(1, 10))
GOOD_BENEFIT = "".join(f"{A},{year},研发费用加计扣除,是,是,100\n" for year in range(2015, 2025))
GOOD_MEMBER = "".join(f"平台{n},{A},甲公司,企业,2024-01-01,在册\n" for n in range(9))

FILES = {
    "cloud_adoption": (
        "统一社会信用代码,企业名称,上云日期,上云业务,服务商,终止日期\n"
        + GOOD_CLOUD
        + f"{B},乙公司,2024-06-02,,,2024-06-02\n{B},乙公司,2024-05-02,,,2024-05-01\n{B},乙公司,,,,\n",
        {"until_after_adopted": 1, "adopted_on.required": 1},
        (12, 10, 2),
    ),
    "service_ledger": (
        "统一社会信用代码,服务类型,日期,经办单位,人数,证书等级\n"
        + GOOD_SERVICE
        + ",产销对接,2025-01-01,某局,,\n,培训,2025-01-01,某局,30,\n9.14103E+17,走访,2025-01-01,某局,,\n",
        {"code_unless_event": 2, "uscc.code_scientific": 1},
        (12, 10, 2),
    ),
    "tax_benefit": (
        "纳税人识别号,年度,优惠事项,是否符合条件,是否享受,享受金额(元)\n"
        + GOOD_BENEFIT
        + f"{B},2024,某项,否,是,100\n{B},2024,另一项,是,否,5\n{B},2024,,是,是,1\n",
        {"enjoyed_if_entitled": 1, "amount_if_enjoyed": 1, "benefit_item.required": 1},
        (13, 12, 1),
    ),
    "platform_membership": (
        "平台名称,统一社会信用代码,企业名称,主体类型,入驻日期,状态\n"
        + GOOD_MEMBER
        + f"平台1,,某银行,银行,2024-01-01,在册\n平台1,,无码公司,企业,2024-01-01,在册\n平台1,{B},乙公司,企业,2024-01-01,\n",
        {"code_unless_bank": 1, "member_state.required": 1},
        (12, 10, 2),
    ),
}


@pytest.mark.parametrize("source", FILES)
def test_what_is_set_aside(source: str, tmp_path: Path) -> None:
    text, expected, (landed_rows, staged, quarantined) = FILES[source]
    folder = tmp_path / "inbox" / source
    folder.mkdir(parents=True)
    (folder / "样例_20250930.csv").write_text(text, encoding="gb18030")
    lake, dictionary = Lake(str(tmp_path / "lake")), load_dictionary()
    contract = load_contracts(dictionary=dictionary).contracts[source]
    con = connect(lake, scratch=tmp_path / "scratch")
    landed = drop_folder.pull(
        contract, folder, lake, set(), datetime(2030, 1, 1, tzinfo=UTC), "inbox"
    ).landed[0]
    report = conform(contract, dictionary, landed, lake, con)
    assert report.refusal is None
    result = validate(
        contract,
        dictionary,
        landed,
        report,
        lake.uri(report.path),
        lake,
        con,
        last_good_rows=None,
        day_rows=landed_rows,
    )
    assert [c for c in result.check_results if c.outcome == "error"] == []
    failed = {c.check_id: c.rows_failed for c in result.check_results if c.outcome == "fail"}
    failed.pop("org_code_check", None)
    assert failed == expected
    assert result.outcome == "accepted", result.refusal
    assert result.counts == Counts(
        landed=landed_rows, staged=staged, quarantined=quarantined, duplicate=0, ignored=0
    )
