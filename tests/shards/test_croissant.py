"""croissant.json passes the validator of its authors, and the rows can be read through it."""

import json
from dataclasses import replace
from pathlib import Path

import mlcroissant as mlc
import pytest

from elsa_data.examples import Example
from elsa_data.shards.croissant import croissant
from elsa_data.shards.facts import Facts
from elsa_data.shards.schema import arrow_schema
from tests.shards.facts_of_a_build import facts


@pytest.fixture(scope="module")
def built(standing_build: Path) -> Facts:
    return facts(standing_build)


@pytest.mark.parametrize("name", ["parquet", "webdataset"])
def test_the_validator_finds_nothing(built: Facts, name: str) -> None:
    read = mlc.Dataset(jsonld=json.loads(croissant(replace(built, format=name))))
    assert not read.metadata.issues.errors
    # The day of publication is the one thing that equal facts cannot say.
    assert all("datePublished" in warning for warning in read.metadata.issues.warnings)
    fields = {field.name for record in read.metadata.record_sets for field in record.fields}
    assert fields == {"name", *arrow_schema(Example).names}


def test_the_rows_are_read_through_it(built: Facts, standing_build: Path) -> None:
    meta = json.loads(croissant(built))
    rows = next(record for record in meta["recordSet"] if record["@id"] == "rows")
    plain = ("example_id", "spatial", "caption", "duration_s", "captions")
    rows["field"] = [field for field in rows["field"] if field["name"] in plain]
    read = mlc.Dataset(jsonld=meta, mapping={"repo": str(standing_build)})
    found = list(read.records("rows"))
    assert len(found) == 72
    assert len({row["rows/example_id"] for row in found}) == 72
    assert sum(bool(row["rows/spatial"]) for row in found) == 48
