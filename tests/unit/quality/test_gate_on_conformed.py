"""From a file in a drop folder to a verdict, with the real contract: the rooms fit together."""

from __future__ import annotations

from datetime import UTC, date, datetime

from srdi.conform.batch import conform
from srdi.contracts.loader import load_contracts, load_dictionary
from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.pull import drop_folder
from srdi.quality.gate import validate
from srdi.quality.results import Counts

FILE = """企业名称,统一社会信用代码,称号,批次,名单状态,认定日期,有效期起,有效期止,所属区县,是否整体迁入,迁入日期
甲有限公司,,省级,第一批,认定,2024-05-01,2024-05-01,2027-04-30,高新区,否,
乙有限公司,,省级,第一批,认定,2024-05-01,2027-05-01,2024-04-30,高新区,否,
甲有限公司,,省级,第一批,认定,2024-05-01,2024-05-01,2027-04-30,高新区,否,
,,省级,第一批,认定,2024-05-01,2024-05-01,2027-04-30,高新区,否,
丙有限公司,,没有的称号,第一批,认定,2024-05-01,2024-05-01,2027-04-30,高新区,否,
丁有限公司,9.14103E+17,小巨人,第二批,认定,约五月,2024-05-01,2027-04-30,高新区,否,
戊有限公司,,省级,第三批,认定,2025-11-01,2025-11-01,2028-10-31,高新区,否,
己有限公司,,省级,第三批,认定,2025-01-01,2025-01-01,2027-12-31,高新区,否,
庚有限公司,,省级,第三批,认定,2025-01-01,2025-01-01,2027-12-31,高新区,否,
辛有限公司,,省级,第三批,认定,2025-01-01,2025-01-01,2027-12-31,高新区,否,
壬有限公司,,省级,第三批,认定,2025-01-01,2025-01-01,2027-12-31,高新区,否,
合计,10,,,,,,,,,
"""


def test_a_title_list_from_the_inbox_to_the_verdict(tmp_path):
    folder = tmp_path / "inbox" / "title_list"
    folder.mkdir(parents=True)
    (folder / "名单_20250930.csv").write_text(FILE, encoding="gb18030")
    lake, dictionary = Lake(str(tmp_path / "lake")), load_dictionary()
    contract = load_contracts(dictionary=dictionary).contracts["title_list"]
    con = connect(lake, scratch=tmp_path / "scratch")
    now = datetime(2030, 1, 1, tzinfo=UTC)
    landed = drop_folder.pull(contract, folder, lake, set(), now, "inbox").landed[0]
    assert landed.as_of == date(2025, 9, 30)
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
        day_rows=10,
    )
    assert [c for c in result.check_results if c.outcome == "error"] == []
    failed = {c.check_id: c.rows_failed for c in result.check_results if c.outcome == "fail"}
    assert failed == {
        "name.required": 1,
        "title.category": 1,
        "uscc.code_scientific": 1,
        "recognised_on.readable": 1,
        "recognised_on.after_as_of": 1,
        "valid_to_after_from": 1,
    }
    assert result.outcome == "accepted", result.refusal
    assert result.counts == Counts(landed=12, staged=7, quarantined=3, duplicate=1, ignored=1)
