"""What a corpus says of its licence, as an SPDX expression."""

import re
from functools import lru_cache
from typing import Final

UNKNOWN: Final = "unknown"

NOT_REDISTRIBUTABLE: Final = "LicenseRef-not-redistributable"
"""The rights stay with others: such audio may be used where that is lawful, never published."""

_CC_URL: Final = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z+-]+)/(\d\.\d)",
    re.IGNORECASE,
)

_CC_NAME: Final = re.compile(
    r"(?:cc|creative commons)[ -]*(by(?:[ -](?:nc|sa|nd))*)[ -]*v?(\d(?:\.\d)?)", re.IGNORECASE
)

_CC0: Final = frozenset({"cc0", "cc0 1.0", "cc0-1.0", "creative commons 0", "public domain cc0"})

_NOTHING: Final = frozenset({"", "unknown", "none", "null", "nan", "n/a", "not found"})


@lru_cache(maxsize=1024)
def spdx(text: str) -> str:
    """Return the SPDX identifier a licence's URL or name stands for; else the text itself.

    Empty and ``unknown`` alike give `UNKNOWN`. Freesound's retired Sampling Plus, which SPDX
    does not list, becomes ``LicenseRef-CC-Sampling-Plus-1.0``.

    Source: https://spdx.org/licenses, list 3.27; https://freesound.org/help/faq, licences.
    """
    name = text.strip()
    if name.lower() in _NOTHING:
        return UNKNOWN
    url = _CC_URL.match(name)
    if url is not None:
        return _creative_commons(url[1].lower(), url[2].lower(), url[3])
    if name.lower() in _CC0:
        return "CC0-1.0"
    short = _CC_NAME.fullmatch(name)
    if short is not None:
        version = short[2] if "." in short[2] else f"{short[2]}.0"
        return f"CC-{short[1].upper().replace(' ', '-')}-{version}"
    return name


def _creative_commons(folder: str, kind: str, version: str) -> str:
    if folder == "publicdomain":
        return "CC0-1.0" if kind == "zero" else "CC-PDDC"
    if kind.startswith("sampling"):
        return f"LicenseRef-CC-Sampling-Plus-{version}"
    return f"CC-{kind.upper()}-{version}"
