"""Build hook: makes the Vega bundle of the report from vl-convert, which carries the JavaScript offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Altair's schema is Vega-Lite 6; vega-embed brings the expression interpreter that a page without eval needs.
VEGA_LITE = "6.4"
BUNDLE = Path("src/countervail/report/static/vega.js")
SNIPPET = "globalThis.vegaEmbed = vegaEmbed; globalThis.vega = vega;"
NOTICE = """/*! {versions}
 * Vega, Vega-Lite, Vega-Embed: Copyright University of Washington Interactive Data Lab and contributors, BSD-3-Clause.
 * D3, TopoJSON: Copyright Mike Bostock, ISC. Bundled with vl-convert (BSD-3-Clause).
 * The licences' texts are in vega-licences.txt of countervail's report/static, and in the projects' repositories. */
"""


class VegaBundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Writes `vega.js` beside the report's templates unless this version's is there already."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle before the wheel (or the editable install) is put together."""
        import vl_convert

        vega, embed = vl_convert.get_vega_version(), vl_convert.get_vega_embed_version()
        versions = f"Vega {vega}, Vega-Lite {VEGA_LITE}, Vega-Embed {embed}"
        notice = NOTICE.format(versions=versions)
        target = Path(self.root) / BUNDLE
        if target.exists() and target.read_text(encoding="utf-8").startswith(notice):
            return
        script = vl_convert.javascript_bundle(SNIPPET, vl_version=VEGA_LITE)
        temporary = target.with_suffix(".js.tmp")
        temporary.write_text(notice + script, encoding="utf-8")
        temporary.replace(target)
