"""How answers that are no downloads become JSON."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


class FastJSONRenderer(BaseRenderer):
    """JSON in UTF-8; a tenth of the time of DRF's own where a list has very many items."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return what the view answered; what is no finite number is null."""
        if data is None:
            return b""
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)
