"""What the trigger form offers follows from the packs."""

from __future__ import annotations

from srdi.policy.heads import load_areas
from srdi.policy.loader import load


def test_the_areas_are_those_of_the_papers():
    papers = [m.document for m in load().measures.values() if m.document.kind == "paper"]
    assert set(load_areas()) == {paper.area for paper in papers if paper.area}
    assert load_areas()["410300"] == "洛阳市"


def test_a_file_that_cannot_be_read_offers_nothing(tmp_path):
    (tmp_path / "torn.yaml").write_text("document: [", encoding="utf-8")
    (tmp_path / "list.yaml").write_text("- 1", encoding="utf-8")
    (tmp_path / "strange.yaml").write_text("document: {area: '999999'}", encoding="utf-8")
    (tmp_path / "good.yaml").write_text("document: {area: '411200'}", encoding="utf-8")
    assert load_areas(tmp_path) == {"411200": "三门峡市"}
