"""One row of a manifest to one Clip, or one line that says why not."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from elsa_data.corpora.licences import UNKNOWN, spdx
from elsa_data.errors import ClipError, ManifestError, did_you_mean
from elsa_data.records import Clip, Reject

AUDIO_COLUMNS: Final = ("path", "url", "uri", "audio", "file_name")
CAPTION_COLUMNS: Final = ("captions", "caption")
LICENCE_COLUMNS: Final = ("licence", "license")
OPTIONAL_COLUMNS: Final = (
    "split",
    "labels",
    *LICENCE_COLUMNS,
    "attribution",
    "source_id",
    "corpus",
)

REQUIRED: Final = {
    "clip_id": ("clip_id",),
    "audio": AUDIO_COLUMNS,
    "caption": CAPTION_COLUMNS,
}

SPLIT_NAMES: Final = {
    "train": "train",
    "training": "train",
    "development": "train",
    "validation": "validation",
    "val": "validation",
    "valid": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}
"""What corpora call the three splits. ``dev`` is validation, Clotho's ``development`` is train."""

MAX_ID_LENGTH: Final = 256

_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for every row that does not say otherwise. ``folder`` is where paths begin."""

    folder: str
    corpus: str
    split: str | None = None
    licence: str = UNKNOWN


def require_columns(columns: Iterable[str], where: str) -> None:
    """Return if id, audio and caption columns are there.

    Raises:
        ManifestError: one of the three is missing; names the nearest spelling.
    """
    present = list(columns)
    for field, names in REQUIRED.items():
        if any(name in present for name in names):
            continue
        wanted = " or ".join(repr(name) for name in names)
        hint = next((h for h in (_near(name, present) for name in names) if h), "")
        if len(present) == 1 and re.search("[;\t|]", present[0]):
            hint = " The columns must be separated by commas."
        message = f"{where}: no {field} column: got {present}, wanted {wanted}.{hint}"
        raise ManifestError(f"{message} Rename or add the column.")


def misspelt_columns(columns: Iterable[str]) -> list[str]:
    """Return a sentence for each unknown column that looks like a slip in an optional one."""
    known = {*OPTIONAL_COLUMNS, *AUDIO_COLUMNS, *CAPTION_COLUMNS, "clip_id"}
    strange = [c for c in columns if c not in known and "_" not in c]
    hints = [(c, did_you_mean(c, OPTIONAL_COLUMNS)) for c in strange]
    return [f"column {c!r} is ignored.{hint}" for c, hint in hints if hint and len(c) > 3]


def _near(name: str, present: list[str]) -> str:
    hint = did_you_mean(name, present)
    return f"{hint[:-1]} for {name!r}?".replace("Did you mean", "Is it") if hint else ""


def clip_of(row: Mapping[str, object], defaults: Defaults) -> Clip:
    """Return the Clip of a row; its captions are text but not cleaned yet.

    Raises:
        ClipError: ``missing-id``, ``bad-id``, ``missing-audio-field``, ``bad-path``,
            ``missing-caption``, ``bad-captions``, ``bad-split``, ``bad-labels``, ``bad-text``.
    """
    clip_id = _identity(row.get("clip_id"))
    corpus = _text(row, "corpus") or defaults.corpus
    licence = _text(row, "licence") or _text(row, "license")
    labels, split = row.get("labels"), row.get("split")
    return Clip(
        clip_id=clip_id,
        source_id=_text(row, "source_id") or f"{corpus}:{clip_id}",
        corpus=corpus,
        uri=_uri(row, defaults.folder),
        captions=_captions(row),
        licence=spdx(licence) if licence else defaults.licence,
        attribution=_text(row, "attribution"),
        labels=_strings(labels, "labels", separator=";") if labels else (),
        split=(_split(split) if split else None) or defaults.split,
    )


def reject(key: str, error: ClipError, clip_id: object = None) -> Reject:
    """Return the Reject of a row that gave no Clip."""
    named = clip_id if isinstance(clip_id, str) and not _UNPRINTABLE.search(clip_id) else None
    message = f"{key}: {error}".encode(errors="backslashreplace").decode()
    return Reject(
        key=key,
        stage="read",
        shard="",
        error=error.reason,
        message=message,
        clip_id=named[:MAX_ID_LENGTH] if named else None,
    )


def _identity(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or value == "":
        raise ClipError("missing-id", "clip_id is empty; give every clip a name of its own")
    if not isinstance(value, str):
        raise ClipError("bad-id", f"clip_id is {value!r}, wanted text or a whole number")
    if _UNPRINTABLE.search(value) or not value.strip():
        raise ClipError(
            "bad-id", f"clip_id {value[:80]!r} has no or unprintable characters; name it"
        )
    if len(value) > MAX_ID_LENGTH:
        found = f"clip_id {value[:40]!r}... has {len(value)} characters"
        raise ClipError("bad-id", f"{found}, wanted at most {MAX_ID_LENGTH}; shorten it")
    return value


def _uri(row: Mapping[str, object], folder: str) -> str:
    value = None
    for name in AUDIO_COLUMNS:
        value = row.get(name)
        if value:
            break
    if not value:
        wanted = ", ".join(AUDIO_COLUMNS)
        raise ClipError("missing-audio-field", f"no audio: fill one of {wanted}")
    if not isinstance(value, str) or _UNPRINTABLE.search(value):
        raise ClipError("bad-path", f"audio is {str(value)[:80]!r}, wanted a path or a URL")
    if value[0] == "/" or ("://" in value and _SCHEME.match(value)):
        return value
    return f"{folder}/{value}"


def _captions(row: Mapping[str, object]) -> tuple[str, ...]:
    several, single = row.get("captions"), row.get("caption")
    found = _strings(several, "captions") if several else ()
    if isinstance(single, list):
        found += _strings(single, "caption")
    elif single:
        found += (_unicode(single, "caption"),)
    kept = [caption for caption in found if caption and not caption.isspace()]
    if not kept:
        raise ClipError("missing-caption", "no caption: fill caption or captions, or drop the row")
    return tuple(dict.fromkeys(kept))


def _strings(value: object, name: str, separator: str | None = None) -> tuple[str, ...]:
    """Return a list column, a JSON list, or text (split at ``separator``) as strings."""
    if not _present(value):
        return ()
    if isinstance(value, str):
        if not value.lstrip().startswith("["):
            parts = value.split(separator) if separator else [value]
            return tuple(_unicode(p.strip() if separator else p, name) for p in parts if p.strip())
        try:
            value = json.loads(value)
        except (json.JSONDecodeError, RecursionError) as error:
            found = f"{name} is {str(value)[:80]!r}: {error}"
            message = f'{found}; wanted a JSON list such as ["one", "two"], or plain text'
            raise ClipError(f"bad-{name}", message) from None
    if not isinstance(value, list | tuple):
        message = f"{name} is {str(value)[:80]!r}, wanted text or a list of texts"
        raise ClipError(f"bad-{name}", message)
    return tuple(_unicode(item, name) for item in value if item is not None)


def _split(value: object) -> str | None:
    if not _present(value):
        return None
    split = SPLIT_NAMES.get(value.strip().lower()) if isinstance(value, str) else None
    if split is None:
        hint = did_you_mean(str(value).lower(), SPLIT_NAMES)
        wanted = "train, validation or test, or nothing"
        raise ClipError("bad-split", f"split is {str(value)[:80]!r}, wanted {wanted}.{hint}")
    return split


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    if not value:
        return ""
    if isinstance(value, int):
        return str(value)
    return _unicode(value, name).strip()


def _unicode(value: object, name: str) -> str:
    """Return text as it is, and nothing for a NaN.

    Raises:
        ClipError: it is no text, or text that no file of UTF-8 can hold.
    """
    if not isinstance(value, str):
        if not _present(value):
            return ""
        message = f"{name} is {str(value)[:80]!r}, wanted text"
        raise ClipError("bad-captions" if name.startswith("caption") else "bad-text", message)
    if not value.isascii() and _LONE_SURROGATE.search(value):
        message = f"{name} is {value[:80]!r}: not valid Unicode; save the manifest as UTF-8"
        raise ClipError("bad-text", message)
    return value


def _present(value: object) -> bool:
    """Return whether a cell says anything: a NaN is how some writers store nothing."""
    return value is not None and value != "" and value == value
