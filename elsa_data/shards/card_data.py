"""The part of a card that programs read: licence, splits, features, and where the files are.

Source: https://github.com/huggingface/hub-docs/blob/main/datasetcard.md, the keys of the YAML.
"""

from typing import Any, Final

import pyarrow as pa

from elsa_data.examples import Example
from elsa_data.shards.facts import Facts
from elsa_data.shards.parquet import AUDIO, example_schema
from elsa_data.shards.schema import arrow_schema

_DTYPES: Final = {"double": "float64"}
_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)
_MORE: Final = "100M<n<1B"

_HUB_LICENCES: Final = frozenset(
    {"apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "pddl", "odc-by", "odbl"}
    | {"cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"}
    | {"cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0"}
    | {"cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"}
)
"""What the Hub calls a licence; all others are ``other`` there."""

_RENAMED: Final = {"pddl-1.0": "pddl", "odc-by-1.0": "odc-by", "odbl-1.0": "odbl"}


def card_data(facts: Facts) -> dict[str, Any]:
    """Return the YAML of a card as plain values."""
    return {
        "pretty_name": facts.repo.partition("/")[2],
        "language": ["en"],
        **_licence(facts),
        "size_categories": [size_category(sum(facts.census.rows.values()))],
        "task_categories": ["audio-classification", "text-to-audio", "feature-extraction"],
        "tags": ["audio", "spatial-audio", "ambisonics", "audio-captioning", "elsa-data"],
        "annotations_creators": ["machine-generated"],
        "language_creators": _creators(facts),
        "multilinguality": ["monolingual"],
        "source_datasets": ["extended"],
        "configs": [{"config_name": "default", "data_files": _data_files(facts)}],
        "dataset_info": _info(facts),
    }


def size_category(rows: int) -> str:
    """Return the Hub's name for a number of rows."""
    return next((name for end, name in _SIZES if rows < end), _MORE)


def yaml_features(schema: pa.Schema) -> list[dict[str, Any]]:
    """Return the columns of a schema as cards list them."""
    return [{"name": field.name, **_feature(field.type)} for field in schema]


def split_info(facts: Facts) -> list[dict[str, Any]]:
    """Return the rows and bytes of each split, exact."""
    census = facts.census
    return [
        {"name": split, "num_bytes": census.bytes[split], "num_examples": census.rows[split]}
        for split in facts.splits
    ]


def _licence(facts: Facts) -> dict[str, Any]:
    names = sorted(facts.census.licences)
    known = sorted({_RENAMED.get(name.lower(), name.lower()) for name in names})
    if set(known) <= _HUB_LICENCES:
        return {"license": known if len(known) > 1 else known[0]}
    link = f"https://huggingface.co/datasets/{facts.repo}#licences"
    return {"license": "other", "license_name": "per-row", "license_link": link}


def _creators(facts: Facts) -> list[str]:
    return ["found", "machine-generated"] if facts.census.models else ["found"]


def _data_files(facts: Facts) -> list[dict[str, Any]]:
    # By the number of shards too: an older set of other shards beside them is never mixed in.
    ends = {
        split: {path.rpartition("-of-")[2] for path in (s.path for s in facts.shards_of(split))}
        for split in facts.splits
    }
    return [
        {"split": split, "path": [f"data/{split}-*-of-{end}" for end in sorted(ends[split])]}
        for split in facts.splits
    ]


def _info(facts: Facts) -> dict[str, Any]:
    files = sum(shard.size for shard in facts.shards)
    return {
        "features": _features_of(facts.format),
        "splits": split_info(facts),
        "download_size": files,
        "dataset_size": sum(facts.census.bytes.values()),
    }


def _features_of(format_name: str) -> list[dict[str, Any]]:
    sound = {"dtype": "audio"}
    if format_name == "parquet":
        columns = yaml_features(example_schema({}))
        return [{"name": AUDIO, **sound} if c["name"] == AUDIO else c for c in columns]
    row = [c for c in yaml_features(arrow_schema(Example)) if c["name"] != AUDIO]
    return [
        {"name": "__key__", "dtype": "string"},
        {"name": "__url__", "dtype": "string"},
        {"name": "flac", **sound},
        {"name": "json", "struct": row},
        {"name": "txt", "dtype": "string"},
    ]


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        fields = [kind.field(index) for index in range(kind.num_fields)]
        return {"struct": [{"name": field.name, **_feature(field.type)} for field in fields]}
    if pa.types.is_list(kind):
        return {"list": _item(kind.value_type)}
    return {"dtype": _DTYPES.get(str(kind), str(kind))}


def _item(kind: pa.DataType) -> Any:
    inner = _feature(kind)
    for short in ("dtype", "struct"):
        if short in inner:
            return inner[short]
    return inner
