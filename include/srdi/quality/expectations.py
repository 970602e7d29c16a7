"""Our one kind of expectation: a row condition, counted where the data is.

Imports Great Expectations, so it is itself imported only inside functions, after ``shim.load``.
"""

from __future__ import annotations

from typing import Any, ClassVar

import great_expectations.expectations as gxe
from great_expectations.render import (
    LegacyDiagnosticRendererType,
    LegacyRendererType,
    RenderedStringTemplateContent,
)
from great_expectations.render.renderer.renderer import renderer


class NoRowFails(gxe.UnexpectedRowsExpectation):
    """Succeeds when the query returns no row; observes how many it returns.

    Its parent also fetches rows; only their number is asked for here, so a million failing rows cost one
    aggregate and nothing reaches Python. The words for Data Docs stand in ``meta``.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None
    ) -> dict:
        failing = metrics["unexpected_rows_query.row_count"]
        return {"success": failing == 0, "result": {"observed_value": failing}}

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: Any = None,
        result: Any = None,
        runtime_configuration: dict | None = None,
        **_: Any,
    ) -> list[RenderedStringTemplateContent]:
        meta = (configuration or result.expectation_config).meta
        return [
            _text("$title（$check_id，$severity）", {k: meta[k] for k in ("title", "check_id", "severity")})
        ]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(  # type: ignore[override]  # the decorator hides the types
        cls,
        configuration: Any = None,
        result: Any = None,
        runtime_configuration: dict | None = None,
        **_: Any,
    ) -> RenderedStringTemplateContent | str:
        observed = result.result.get("observed_value")
        if observed is None:
            return "检查未能完成"
        return str(result.expectation_config.meta["unit"].format(n=observed))


def _text(template: str, params: dict[str, Any]) -> RenderedStringTemplateContent:
    return RenderedStringTemplateContent(
        content_block_type="string_template", string_template={"template": template, "params": params}
    )
