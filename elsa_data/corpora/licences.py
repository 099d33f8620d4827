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

_CC_ADAPTABLE: Final = re.compile(r"CC-BY(?:-NC)?(?:-SA)?-\d\.\d")

_OPEN: Final = frozenset(
    {"CC0-1.0", "CC-PDDC", "LicenseRef-CC-Sampling-Plus-1.0", "PDDL-1.0", "ODC-By-1.0", "ODbL-1.0"}
    | {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "GPL-2.0-or-later", "GPL-3.0-or-later"}
)
"""Other licences that let anybody publish what is made from a work."""


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


def hindrance(licence: str) -> str | None:
    """Return why rows made from a source of this licence may not be published; None if they may.

    A rendered row is an adaptation of its source, so that a licence without derivatives bars it.
    """
    if licence == UNKNOWN:
        return "tells nobody what is allowed"
    if licence == NOT_REDISTRIBUTABLE:
        return "forbids others to publish the sound"
    if _CC_ADAPTABLE.fullmatch(licence) or licence in _OPEN:
        return None
    if licence.startswith("CC-BY") and "-ND" in licence:
        return "forbids to publish what is made from the sound"
    return "is not one this program knows to allow it"
