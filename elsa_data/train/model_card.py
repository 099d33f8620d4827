"""The card of a run: what it is, what it heard, how it is used."""

from collections.abc import Mapping

from elsa_data.train.export import Run, shown
from elsa_data.train.registry import Model
from elsa_data.train.settings import plain_settings
from elsa_data.train.towers import count_parameters

_USE = """\
```python
import soundfile
import torch
from elsa_data.train.export import load_run

model = load_run("{name}")
audio, rate = soundfile.read("foa.flac", dtype="float32")  # AmbiX: W, Y, Z, X, at {rate} Hz
heard = model.embed_audio(torch.from_numpy(audio.T)[None])
read = model.embed_text(["A dog barks on the left", "A dog barks on the right"])
print(heard @ read.T)
```"""


def model_card(name: str, run: Run, model: Model, losses: Mapping[str, float]) -> str:
    """Return the card, in Markdown; ``losses`` are the last ones on the validation split."""
    told = plain_settings(run.settings)
    rows = "\n".join(
        f"| {part} | {count_parameters(child):,} |" for part, child in model.named_children()
    )
    found = "\n".join(f"| {loss} | {value:.4f} |" for loss, value in losses.items())
    use = (
        _USE.format(name=name, rate=model.rate_hz) if "text" in dict(model.named_children()) else ""
    )
    return f"""\
---
library_name: elsa-data
tags: [spatial-audio, ambisonics, audio-text]
---
# {name}

Trained by `elsa-train` (model `{told["model"]["kind"]}`, stage `{run.stage}`) on
`{shown(run.data)}` with seed {run.seed}: {run.settings.train.epochs} epochs of batches of
{run.settings.train.batch}.

{use}

| part | parameters |
|---|---|
{rows}
| all | {count_parameters(model):,} |

| validation loss | |
|---|---|
{found}

Directions are azimuth counter-clockwise (+90 is left) and elevation upward, in degrees. Everything
it was told is in `config.json`.
"""
