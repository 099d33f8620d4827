"""Freesound as LAION-Audio-630K packs it: a JSON beside each FLAC, in folders or in tars.

Each JSON has ``text`` (captions: the title, then the first sentence of the description), ``tag``
(or ``tags``), and ``original_data`` with ``id``, ``username``, ``download_url``, and sometimes
``license``. Files are renumbered when packed, so only ``original_data`` tells a sound's id, never
the file's name. In a tar the members of one sample are neighbours with one name before the
first dot, as WebDataset has it.

Source: Y. Wu et al., "Large-scale contrastive language-audio pretraining with feature fusion and
keyword-to-caption augmentation", ICASSP 2023; https://github.com/LAION-AI/audio-dataset,
data_preprocess/README.md and data_card/freesound.md.
"""

import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from elsa_data.corpora.audio_index import AUDIO_SUFFIXES, files_under, require_folder
from elsa_data.corpora.rows import SPLIT_NAMES, Defaults, clip_of, reject
from elsa_data.corpora.uris import tar_uri
from elsa_data.errors import ClipError, ManifestError
from elsa_data.records import Clip, Reject

CORPUS: Final = "freesound"

MAX_JSON_BYTES: Final = 1 << 20

_SOUND_URL: Final = re.compile(r"freesound\.org/(?:apiv2/sounds|people/[^/]+/sounds|s)/(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """What was found under one name; ``key`` says where, for a reject."""

    key: str
    text: bytes | None = None
    audio: str | None = None


def read_freesound(folder: str) -> Iterator[Clip | Reject]:
    """Return the clips of all JSON files and tars below a folder, in name order.

    A split is taken from a folder's name (``train``, ``valid``, ``test``, ...). A clip without a
    licence of its own has ``unknown``.

    Raises:
        ManifestError: no such folder, or neither a JSON file nor a tar in it.
    """
    root = require_folder(folder)
    found = False
    for path in files_under(root, (".json", ".tar")):
        found = True
        split = _split_of(path.relative_to(root))
        samples = _tar_samples(path) if path.suffix.lower() == ".tar" else iter([_pair(path)])
        for sample in samples:
            if isinstance(sample, Reject):
                yield sample
                continue
            try:
                yield _clip(sample, root, split)
            except ClipError as error:
                yield reject(sample.key, error)
    if not found:
        raise ManifestError(f"{folder}: neither .json nor .tar files; unpack the corpus there")


def _split_of(path: Path) -> str | None:
    named = [SPLIT_NAMES[part.lower()] for part in path.parts[:-1] if part.lower() in SPLIT_NAMES]
    return named[-1] if named else None


def _pair(path: Path) -> _Sample:
    audio = next((p for s in AUDIO_SUFFIXES if (p := path.with_suffix(s)).is_file()), None)
    with path.open("rb") as file:
        text = file.read(MAX_JSON_BYTES + 1)
    return _Sample(key=str(path), text=text, audio=str(audio) if audio else None)


def _tar_samples(path: Path) -> Iterator[_Sample | Reject]:
    """Yield the samples of a tar, reading its headers and its JSON only."""
    name, text, audio = None, None, None
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                # tarfile keeps all it has seen; a corpus is too large for that.
                tar.members = []  # type: ignore[attr-defined]
                if not member.isreg():
                    continue
                key, _, suffix = _member_key(member.name)
                if key != name and name is not None:
                    yield _Sample(key=f"{path}:{name}", text=text, audio=audio)
                if key != name:
                    name, text, audio = key, None, None
                if suffix == ".json":
                    file = tar.extractfile(member)
                    text = file.read(MAX_JSON_BYTES + 1) if file else None
                elif suffix in AUDIO_SUFFIXES:
                    audio = tar_uri(str(path), member.offset_data, member.size)
    except (tarfile.TarError, OSError, EOFError) as error:
        after = f"after {name!r}" if name else "at its start"
        broken = ClipError("bad-container", f"cannot be read {after} ({error}); fetch it again")
        yield reject(str(path), broken)
    if name is not None:
        yield _Sample(key=f"{path}:{name}", text=text, audio=audio)


def _member_key(name: str) -> tuple[str, str, str]:
    folder, slash, base = name.rpartition("/")
    stem, _, rest = base.partition(".")
    return f"{folder}{slash}{stem}", slash, f".{rest.lower()}"


def _clip(sample: _Sample, root: Path, split: str | None) -> Clip:
    about = _object(sample)
    if sample.audio is None:
        raise ClipError("missing-file", "no audio beside the JSON; fetch it or drop the JSON")
    original = about.get("original_data")
    original = original if isinstance(original, dict) else {}
    sound_id = _sound_id(original)
    name = "file/" + sample.key.removeprefix(f"{root}/").removesuffix(".json")
    user = original.get("username") or original.get("uploader")
    text = about.get("text")
    fields = {
        "clip_id": sound_id or name,
        "path": sample.audio,
        "captions": [text] if isinstance(text, str) else text,
        "labels": _tags(about, original),
        "licence": original.get("license") or "",
        "attribution": f"{user} on Freesound, https://freesound.org/s/{sound_id}/"
        if user and sound_id
        else "",
        "source_id": f"freesound:{sound_id}" if sound_id else f"{CORPUS}:{name}",
    }
    return clip_of(fields, Defaults(folder=str(root), corpus=CORPUS, split=split))


def _object(sample: _Sample) -> Mapping[str, object]:
    if sample.text is None:
        raise ClipError("missing-caption", "audio without a JSON; fetch it or drop the audio")
    if len(sample.text) > MAX_JSON_BYTES:
        raise ClipError("bad-row", f"a JSON of more than {MAX_JSON_BYTES} bytes; mend it")
    try:
        about = json.loads(sample.text)
    except (ValueError, RecursionError) as error:
        raise ClipError("bad-row", f"not JSON ({error}); fetch it again") from None
    if not isinstance(about, dict):
        raise ClipError("bad-row", f"holds {type(about).__name__}, wanted an object with 'text'")
    return about


def _sound_id(original: Mapping[str, object]) -> str:
    number = str(original.get("id") or "")
    if number.isdigit():
        return number
    match = _SOUND_URL.search(str(original.get("download_url") or ""))
    return match[1] if match else ""


def _tags(about: Mapping[str, object], original: Mapping[str, object]) -> object:
    tags = about.get("tag") or about.get("tags") or original.get("tags") or []
    return [str(tag) for tag in tags] if isinstance(tags, list) else str(tags)
