"""From a supplier's file to a row of an event table, with the real contracts: the rooms fit together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from facts_inbox import BIZ_DATE, Inbox

from srdi.conform.batch import conform
from srdi.conform.readings import SQL_TYPES
from srdi.contracts.loader import load_contracts, load_dictionary
from srdi.engine.duck import connect
from srdi.facts.manifest import Batch
from srdi.facts.staged import READS
from srdi.pull import drop_folder
from srdi.quality.gate import validate

DICTIONARY = load_dictionary()
CONTRACTS = load_contracts(dictionary=DICTIONARY).contracts
CODE = "91410300MA00000018"
FILES = {
    "enterprise_registry": f"统一社会信用代码,企业名称,曾用名,登记状态,所属区县\n{CODE},洛阳恒远轴承有限公司,洛阳恒远机械厂,存续,涧西区\n",
    "title_list": "企业名称,统一社会信用代码,称号,批次,名单状态,认定日期,有效期起,有效期止\n"
    "洛阳恒远机械厂,,省级,一,认定,2024-03-01,2024-03-01,2027-02-28\n",
    "financing_credit": "申请编号,统一社会信用代码,企业名称,银行名称,申请日期,批复日期,批复结果,申请金额(万元),授信金额(万元),"
    f"单户授信总额(万元),白名单通道\nS1,{CODE},洛阳恒远轴承有限公司,甲行,2024-02-27,2024-02-29,通过,80,50,120,是\n",
    "financing_loan": "借据号,申请编号,统一社会信用代码,银行名称,放款日期,到期日期,贷款金额(万元),月利率(‰),担保方式,是否信用贷,借据状态\n"
    f"J1,S1,{CODE},甲行,2024-03-01,2025-03-02,50,2.5,004,Y,正常\nJ2,S1,{CODE},甲行,未放款,,50,2.5,004,Y,\n",
    "financing_guarantee": "委保合同号,企业名称,统一社会信用代码,担保机构,担保金额(万元),担保费率(‰/月),担保起始日\n"
    "W1,洛阳恒远机械厂,,乙担保,50,0.7,2024年3月1日\n",
    "bank_totals": "银行名称,月份,各项贷款余额(万元),普惠小微贷款余额(万元),普惠小微户数\n甲行,2024年12月,100,10,7\n甲行,2025-08,110,12,9\n",
    "procurement": "年度,区划,政府采购工程总额(万元),预留中小企业金额(万元)\n2024,洛阳市涧西区,100,40\n",
}


@pytest.mark.parametrize("source", READS)
def test_facts_read_what_the_contracts_deliver(source: str) -> None:
    fields = CONTRACTS[source].fields
    whole = {"INTEGER", "BIGINT"}
    for column, kind in READS[source].items():
        if column == "_missing":
            continue
        delivered = SQL_TYPES[DICTIONARY.fields[column].type]
        assert column in fields, (source, column)
        same = kind.replace(", ", ",") == delivered or {kind, delivered} == whole
        assert same, (source, column, kind, delivered)


@pytest.mark.full
def test_from_files_to_events(inbox: Inbox, tmp_path: Path) -> None:
    lake = inbox.lake
    con = connect(lake, scratch=tmp_path / "scratch")
    for source, content in FILES.items():
        folder = tmp_path / "inbox" / source
        folder.mkdir(parents=True)
        (folder / "样例_20250930.csv").write_text(content, encoding="gb18030")
        now, contract = datetime(2030, 1, 1, tzinfo=UTC), CONTRACTS[source]
        landed = drop_folder.pull(contract, folder, lake, set(), now, "inbox").landed[0]
        report = conform(contract, DICTIONARY, landed, lake, con)
        assert report.refusal is None, (source, report.refusal)
        uri, rows = lake.uri(report.path), content.count("\n") - 1
        result = validate(
            contract, DICTIONARY, landed, report, uri, lake, con, last_good_rows=None, day_rows=rows
        )
        assert result.outcome == "accepted" and result.counts.quarantined == 0, (source, result)
        path = f"staged/{source}/{landed.batch_id}.parquet"
        inbox.batches.append(Batch(landed.batch_id, source, BIZ_DATE, now, path))
    facts = inbox.resolve()
    (application,), (loan,) = facts.events["application"], facts.events["loan"]
    (guarantee,), (year,) = facts.events["guarantee"], facts.events["procurement_year"]
    assert (application["days"], application["provincial_or_above"]) == (2, False)
    assert application["amount_granted"] == Decimal("500000.00") and application["whitelist_channel"] is True
    assert (loan["rate"], loan["credit_loan"], loan["medium_long"]) == (Decimal("0.030000"), True, True)
    assert (loan["uscc"], loan["provincial_or_above"], loan["guarantee_way"]) == (CODE, True, "信用")
    assert (guarantee["uscc"], guarantee["fee_rate"]) == (CODE, Decimal("0.008400"))
    assert (guarantee["amount"], guarantee["srdi"]) == (Decimal("500000.00"), True)
    months = [(row["day"], row["inclusive_borrowers_start"]) for row in facts.events["bank_month"]]
    assert months == [(date(2024, 12, 31), None), (date(2025, 8, 31), 7)]
    assert (year["division_code"], year["reserved_sme"]) == ("410305", Decimal("400000.00"))
    assert facts.enterprises[CODE]["credit_line"] == Decimal("1200000.00")
