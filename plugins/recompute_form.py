"""The trigger form of ``recompute``: its labels, choices and limits; Airflow refuses what does not fit."""

from __future__ import annotations

from airflow.sdk import Param

from srdi.contracts.heads import load_heads
from srdi.policy.heads import load_areas

AREAS = load_areas()
SOURCES = {head.id: head.title_zh for head in load_heads()}
PARAMS = {
    "date": Param(None, type=["null", "string"], format="date", title="业务日期", description="留空：按计划时间推算"),
    "areas": Param(
        [], type="array", items={"type": "string", "enum": list(AREAS)}, examples=list(AREAS),
        values_display=AREAS, title="地区", description="留空：全部",
    ),
    "sources": Param(
        [], type="array", items={"type": "string", "enum": list(SOURCES)}, examples=list(SOURCES),
        values_display=SOURCES, title="先刷新的数据源", description="留空：不刷新，用最近的合格批次",
    ),
    "dry_run": Param(False, type="boolean", title="试算", description="只计算和比较，不发布"),
    "reason": Param(None, type=["null", "string"], minLength=2, title="事由", description="手工发布时必填"),
    "force": Param(False, type="boolean", title="确认异常变化", description="名单变化异常时仍发布（守卫放行，记录在案）"),
    "inbox": Param(None, type=["null", "string"], title="收件目录", description="留空则用连接 srdi_inbox"),
}  # fmt: skip
