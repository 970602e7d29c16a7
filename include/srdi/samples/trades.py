"""What the invented enterprises do: industry codes (GB/T 4754-2017), words for their names, size limits.

Titled enterprises are mostly manufacturers, the rest of a city mostly trade and services.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    """``kind`` names the row of the size table; weights are relative frequencies among titled and other firms."""

    code: str
    section: str
    word: str
    kind: str
    titled: int
    other: int


@dataclass(frozen=True)
class Limits:
    """Lower bounds of a size, all of which must be reached; None: the measure is not asked.

    ``staff`` in persons, ``revenue`` and ``assets`` in yuan (工信部联企业〔2011〕300号).
    """

    staff: int | None
    revenue: int | None
    assets: int | None = None


LARGE = {
    "industry": Limits(1000, 400_000_000),
    "software": Limits(300, 100_000_000),
    "wholesale": Limits(200, 400_000_000),
    "retail": Limits(300, 200_000_000),
    "construction": Limits(None, 800_000_000, 800_000_000),
    "transport": Limits(1000, 300_000_000),
    "catering": Limits(300, 100_000_000),
    "farming": Limits(None, 200_000_000),
    "other": Limits(300, None),
}

MEDIUM = {
    "industry": Limits(300, 20_000_000),
    "software": Limits(100, 10_000_000),
    "wholesale": Limits(20, 50_000_000),
    "retail": Limits(50, 5_000_000),
    "construction": Limits(None, 60_000_000, 50_000_000),
    "transport": Limits(300, 30_000_000),
    "catering": Limits(100, 20_000_000),
    "farming": Limits(None, 5_000_000),
    "other": Limits(100, None),
}

_TABLE = """
1353 C 食品 industry 20 8|1391 C 生物科技 industry 12 4|2614 C 化工 industry 14 3|2641 C 涂料 industry 10 2
2662 C 新材料 industry 40 4|2710 C 药业 industry 16 2|2740 C 中药 industry 10 2|2761 C 生物制品 industry 10 1
2913 C 橡胶制品 industry 14 3|2929 C 塑业 industry 12 5|3021 C 水泥制品 industry 6 4|3073 C 特种陶瓷 industry 10 1
3089 C 耐火材料 industry 46 5|3091 C 碳素 industry 12 1|3240 C 合金材料 industry 24 2|3252 C 铝业 industry 20 2
3311 C 钢结构 industry 14 6|3432 C 起重设备 industry 24 3|3443 C 阀门 industry 18 3|3451 C 轴承 industry 60 5
3463 C 分离设备 industry 12 1|3484 C 机械 industry 60 14|3511 C 矿山机械 industry 40 4|3515 C 建材机械 industry 16 3
3516 C 冶金设备 industry 14 2|3571 C 农业装备 industry 24 3|3591 C 环保设备 industry 30 6|3670 C 汽车零部件 industry 32 5
3714 C 轨道装备 industry 12 1|3812 C 电机 industry 20 2|3821 C 电气 industry 34 6|3824 C 电力电子 industry 18 1
3831 C 电缆 industry 20 4|3841 C 新能源 industry 16 2|3963 C 航空科技 industry 10 1|3972 C 半导体材料 industry 10 1
3982 C 电子 industry 24 3|4011 C 自动化 industry 36 4|4014 C 仪器 industry 18 2|4021 C 环境监测 industry 10 1
6520 I 微电子 software 6 1|6531 I 信息技术 software 44 24|6560 I 数据技术 software 20 10|7320 M 工程技术研究 other 20 6
7452 M 检测技术 other 18 5|7519 M 技术服务 other 14 22|4861 E 节能工程 construction 6 14|5439 G 物流 transport 3 26
5175 F 电气设备销售 wholesale 2 60|5181 F 贸易 wholesale 1 90|5211 F 百货 retail 0 80|5299 F 商贸 retail 0 90
6210 H 餐饮管理 catering 0 60|8010 O 家政服务 other 0 40|0149 A 农业种植 farming 0 30|8111 O 汽车维修 other 0 40
"""


def _read(text: str) -> tuple[Trade, ...]:
    rows = [row.split(" ") for line in text.strip().splitlines() for row in line.split("|")]
    return tuple(Trade(code, section, word, kind, int(a), int(b)) for code, section, word, kind, a, b in rows)


TRADES = _read(_TABLE)
