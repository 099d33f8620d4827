"""croissant.json: the files and columns of a data set, as programs that search for data read them.

Source: Croissant Format Specification 1.0, MLCommons, 2024, http://mlcommons.org/croissant/1.0.
"""

import json
from typing import Any, Final

import pyarrow as pa

from elsa_data.examples import Example
from elsa_data.shards.facts import Facts
from elsa_data.shards.parquet import AUDIO
from elsa_data.shards.schema import arrow_schema

HUB: Final = "https://huggingface.co/datasets"

_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_MIME: Final = {"parquet": "application/x-parquet", "webdataset": "application/x-tar"}
_EXTENSION: Final = {"parquet": "parquet", "webdataset": "tar"}
_NOT_A_FILE: Final = "https://github.com/mlcommons/croissant/issues/80"
"""What stands for the sha256 of a repository, which is no file, by agreement with the Hub."""

_LEAVES: Final = {"string": "sc:Text", "int64": "sc:Integer", "double": "sc:Float"} | {
    "bool": "sc:Boolean",
    "binary": "sc:AudioObject",
}

_SAME_ROW: Final = {
    "fileSet": {"@id": "flac"},
    "extract": {"fileProperty": "filename"},
    "transform": {"regex": r"^(.*)\.flac$"},
}
"""How the sound of a row in a tar is found: by the name it shares with its .json."""

Node = dict[str, Any]


def croissant(facts: Facts) -> str:
    """Return croissant.json: equal facts give equal bytes."""
    licences = sorted(facts.census.licences)
    meta: Node = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": facts.repo.replace("/", "-"),
        "description": (
            f"{sum(facts.census.rows.values())} captioned sounds in simulated rooms, first-order "
            "ambisonics (AmbiX) and mono originals, each with its whole scene."
        ),
        "license": licences if len(licences) > 1 else licences[0],
        "url": f"{HUB}/{facts.repo}",
        "version": f"1.0.0+{facts.fingerprints['render'][:16]}",
        "citeAs": "Devnani et al., Learning Spatially-Aware Language and Audio Embeddings, 2024",
        "keywords": ["audio", "spatial audio", "ambisonics", "audio captioning"],
        "isLiveDataset": False,
        "distribution": [_repository(facts), *_file_sets(facts)],
        "recordSet": [_split_names(facts), _rows(facts)],
    }
    return json.dumps(meta, indent=1, ensure_ascii=False) + "\n"


def _repository(facts: Facts) -> Node:
    return {
        "@type": "cr:FileObject",
        "@id": "repo",
        "name": "repo",
        "description": "The repository on the Hub.",
        "contentUrl": f"{HUB}/{facts.repo}",
        "encodingFormat": "git+https",
        "sha256": _NOT_A_FILE,
    }


def _file_sets(facts: Facts) -> list[Node]:
    extension = _EXTENSION[facts.format]
    ends = sorted({shard.path.rpartition("-of-")[2] for shard in facts.shards})
    shards: Node = {
        "@type": "cr:FileSet",
        "@id": "shards",
        "containedIn": {"@id": "repo"},
        "encodingFormat": _MIME[facts.format],
        "includes": [f"data/*-of-{end}" for end in ends],
        "description": f"{len(facts.shards)} shards, .{extension}",
    }
    if facts.format == "parquet":
        return [shards]
    inner = (("json", "application/json"), ("flac", "audio/flac"))
    return [shards, *(_members(name, mime) for name, mime in inner)]


def _members(name: str, mime: str) -> Node:
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "containedIn": {"@id": "shards"},
        "encodingFormat": mime,
        "includes": f"*.{name}",
    }


def _split_names(facts: Facts) -> Node:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"}
        ],
        "data": [{"splits/name": split} for split in facts.splits],
    }


def _rows(facts: Facts) -> Node:
    packed = facts.format == "webdataset"
    fields = [_field(field, packed=packed) for field in arrow_schema(Example)]
    return {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}


def _field(field: pa.Field, *, packed: bool) -> Node:
    kind, depth = field.type, 0
    while pa.types.is_list(kind):
        kind, depth = kind.value_type, depth + 1
    node: Node = {"@type": "cr:Field", "@id": f"rows/{field.name}", "name": field.name}
    if depth:
        node["repeated"] = True
    if pa.types.is_struct(kind):
        inner = (kind.field(index) for index in range(kind.num_fields))
        node["subField"] = [_sub_field(field.name, each, packed=packed) for each in inner]
        return node
    if packed and field.name == "example_id":
        node["references"] = _SAME_ROW
    return node | {"dataType": _LEAVES[str(kind)], "source": _source(field.name, packed=packed)}


def _sub_field(parent: str, field: pa.Field, *, packed: bool) -> Node:
    kind, repeated = field.type, pa.types.is_list(field.type)
    leaf = kind.value_type if repeated else kind
    source = _source(parent, packed=packed)
    step = f"{parent}[*].{field.name}" if packed else field.name
    node: Node = {
        "@type": "cr:Field",
        "@id": f"rows/{parent}/{field.name}",
        "name": field.name,
        "dataType": _LEAVES[str(leaf)],
        "source": source | {"transform": {"jsonPath": step}},
    }
    return node | {"repeated": True} if repeated else node


def _source(name: str, *, packed: bool) -> Node:
    if not packed:
        return {"fileSet": {"@id": "shards"}, "extract": {"column": name}}
    content = {"extract": {"fileProperty": "content"}}
    if name == AUDIO:
        return {"fileSet": {"@id": "flac"}} | content
    return {"fileSet": {"@id": "json"}} | content | {"transform": {"jsonPath": name}}
