"""Let the site's API pages show a docstring's ``Example:`` as they show ``Examples:``: as code."""

from __future__ import annotations

import re
from typing import Any

import griffe

_HEADING = re.compile(r"^( *)Example:$", re.MULTILINE)


class SingularExamples(griffe.Extension):
    """Read ``Example:``, which griffe takes for a remark, as the section that it is."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rename the heading in each docstring."""
        if obj.docstring:
            obj.docstring.value = _HEADING.sub(r"\1Examples:", obj.docstring.value)
