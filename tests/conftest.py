"""Settings of every test: nothing from the outside may leak in."""

import os

for name in [name for name in os.environ if name.startswith(("SRDI_", "WAREHOUSE_URL"))]:
    del os.environ[name]
os.environ["GX_ANALYTICS_ENABLED"] = "False"
