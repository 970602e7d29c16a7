"""The checks of plausibility in the contracts of loans, guarantees, bank totals and procurement, at their edges."""

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

DICTIONARY = load_dictionary()
CONTRACTS = load_contracts(dictionary=DICTIONARY).contracts
FILES = {
    "financing_loan": """借据号,银行名称,放款日期,到期日期,贷款金额(万元),贷款余额(万元),年利率(%),担保方式,是否信用贷
good,甲行,2024-03-01,2024-03-02,100,100,24,信用,是
secured,甲行,2024-03-01,2025-03-01,100,0,0,抵押,否
unsaid,甲行,2024-03-01,,,,,抵押,
due,甲行,2024-03-01,2024-03-01,100,50,3,保证,否
balance,甲行,2024-03-01,2025-03-01,100,100.000001,3,保证,否
rate,甲行,2024-03-01,2025-03-01,100,50,24.01,保证,否
credit,甲行,2024-03-01,2025-03-01,100,50,3,抵押,是
other,甲行,2024-03-01,2025-03-01,100,50,3,信用,否
several,甲行,2024-03-01,2025-03-01,100,50,3,005,是
""",
    "financing_guarantee": """委保合同号,企业名称,统一社会信用代码,担保机构,担保金额(元),担保费率（年）（%）,担保起始日,担保到期日
low,甲有限公司,,乙担保,1,0.1,2024-03-01,2024-03-02
high,甲有限公司,,乙担保,1,5,2024-03-01,
below,甲有限公司,,乙担保,1,0.0999,2024-03-01,
above,甲有限公司,,乙担保,1,5.0001,2024-03-01,
zero,甲有限公司,,乙担保,1,0,2024-03-01,
all,甲有限公司,,乙担保,1,100,2024-03-01,
untold,甲有限公司,,乙担保,1,,2024-03-01,
nobody,,,乙担保,1,1,2024-03-01,
ends,甲有限公司,,乙担保,1,1,2024-03-01,2024-03-01
""",
    "bank_totals": """银行名称,月份,各项贷款余额(万元),普惠小微贷款余额(万元),普惠小微户数
甲行,2025-08,100,100,1
乙行,2025-09,100,100.01,1
丙行,2025-10,100,1,1
,2025-09,100,1,1
丁行,三季度,100,1,1
""",
    "procurement": """年度,区划,政府采购工程总额(万元),预留中小企业金额(万元)
2024,洛阳市,100,100
2024,涧西区,100,100.01
2024,,100,1
1999,西工区,100,1
""",
}
EXPECTED = {
    "financing_loan": {
        "due_after_lent": ["due"],
        "balance_within_amount": ["balance"],
        "rate.range": ["rate"],
        "credit_loan_agrees": ["credit", "other", "several"],
    },
    "financing_guarantee": {
        "fee_rate.range": ["below", "above", "zero", "all"],
        "somebody_guaranteed": ["nobody"],
        "ends_after_started": ["ends"],
    },
    "bank_totals": {
        "inclusive_within_all": ["乙行"],
        "month.after_as_of": ["丙行"],
        "bank.required": [""],
        "month.readable": ["丁行"],
    },
    "procurement": {
        "reserved_within_total": ["2024"],
        "district.required": ["2024"],
        "year.range": ["1999"],
    },
}
QUARANTINED = {"financing_loan": 0, "financing_guarantee": 0, "bank_totals": 2, "procurement": 1}


@pytest.mark.parametrize("source", FILES)
def test_each_check_finds_its_rows_and_no_others(tmp_path: Path, source: str) -> None:
    folder = tmp_path / "inbox" / source
    folder.mkdir(parents=True)
    (folder / "样例_20250930.csv").write_text(FILES[source], encoding="utf-8")
    lake, contract = Lake(str(tmp_path / "lake")), CONTRACTS[source]
    # few rows: two bad ones of five are no reason to refuse the file here
    contract = contract.model_copy(update={"quarantine_share": 0.5})
    con = connect(lake, scratch=tmp_path / "scratch")
    now = datetime(2030, 1, 1, tzinfo=UTC)
    landed = drop_folder.pull(contract, folder, lake, set(), now, "inbox").landed[0]
    report = conform(contract, DICTIONARY, landed, lake, con)
    assert report.refusal is None
    rows = FILES[source].count("\n") - 1
    result = validate(
        contract,
        DICTIONARY,
        landed,
        report,
        lake.uri(report.path),
        lake,
        con,
        last_good_rows=None,
        day_rows=rows,
    )
    assert result.outcome == "accepted", result.refusal
    assert [check for check in result.check_results if check.outcome == "error"] == []
    keys = {number: line.split(",")[0] for number, line in enumerate(FILES[source].splitlines(), start=1)}
    found: dict[str, list[str]] = {}
    finding = lake.uri(f"finding/{landed.batch_id}.parquet")
    for row_no, check in con.execute(
        "SELECT row_no, check_id FROM read_parquet(?) ORDER BY row_no", [finding]
    ).fetchall():
        found.setdefault(check, []).append(keys[row_no])
    assert found == EXPECTED[source]
    assert (result.counts.quarantined, result.counts.staged) == (
        QUARANTINED[source],
        rows - QUARANTINED[source],
    )
