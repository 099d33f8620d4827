"""How to load a published set rightly, as code: with four channels, in each format."""

from elsa_data.shards.facts import Facts

_PARQUET = """\
`datasets` decodes audio for you, but `row["audio"]["array"]` **averages the channels to mono**, and
with them goes every direction. Ask for the bytes:

```python
import io

import soundfile
from datasets import Audio, load_dataset

rows = load_dataset("{repo}", split="{split}", streaming=True)
rows = rows.cast_column("audio", Audio(decode=False))
for row in rows:
    if row["spatial"]:
        audio, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")
        w, y, z, x = audio.T  # audio is (samples, 4)
        source = row["parts"][0]
        print(row["caption"], source["azimuth_deg"], source["elevation_deg"], source["distance_m"])
        break
```

With torchcodec installed, `row["audio"].get_all_samples().data` of an uncast row is (4, samples)
too."""

_WEBDATASET = """\
Each row is a `.flac` with all channels, a `.json` with every column and a `.txt` with the caption:

```python
import glob
import io
import json

import soundfile
import webdataset
from huggingface_hub import snapshot_download

folder = snapshot_download(
    "{repo}", repo_type="dataset", allow_patterns="data/{split}-*.tar"
)
shards = sorted(glob.glob(f"{{folder}}/data/{split}-*.tar"))
for sample in webdataset.WebDataset(shards, shardshuffle=False):
    row = json.loads(sample["json"])
    audio, rate = soundfile.read(io.BytesIO(sample["flac"]), dtype="float32", always_2d=True)
    if row["spatial"]:
        w, y, z, x = audio.T  # audio is (samples, 4)
        source = row["parts"][0]
        print(row["caption"], source["azimuth_deg"], source["elevation_deg"], source["distance_m"])
        break
```

Through `datasets`, `["array"]` **averages the channels to mono**, and with them goes every
direction."""

_MONO = """\
A mono row has one channel on purpose: the same signal in four would be a sound from the upper left.
Rows with `small` are one per clip, for a small test set. `validation` and `test` rows keep all
`captions`; `caption` is the first."""


def loading(facts: Facts) -> str:
    """Return the section of a card that shows how its rows are read with all their channels."""
    code = _PARQUET if facts.format == "parquet" else _WEBDATASET
    return f"{code.format(repo=facts.repo, split=facts.splits[0])}\n\n{_MONO}"
