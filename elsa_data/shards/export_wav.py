"""Plain files: each row a 16-bit WAV, with a JSON of all its fields beside it.

    DEST/{shard}/{example_id}.wav   AmbiX, four channels W, Y, Z, X; one in mono rows
         {shard}/{example_id}.json

Source: Nachbar, Zotter, Deleflie, Sontacchi, "AmbiX - a suggested ambisonics format", 2011.
"""

import json

from elsa_data.examples import Example
from elsa_data.records import ShardRef
from elsa_data.shards.export_rows import fields_of, sound_of, wav


def wav_files(ref: ShardRef, example: Example) -> dict[str, bytes]:
    """Return the files of a row by their paths in the export."""
    audio, _ = sound_of(example)
    text = json.dumps(fields_of(example), ensure_ascii=False, indent=1, allow_nan=False)
    at = f"{ref}/{example.example_id}"
    return {f"{at}.wav": wav(audio, example.sample_rate_hz), f"{at}.json": text.encode()}
