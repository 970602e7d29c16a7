from __future__ import annotations

from pathlib import Path

import pytest
from facts_inbox import Inbox

from srdi.engine.lake import Lake


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(Lake(str(tmp_path)))
