"""The player of a row: the browser's own without script, an outline to listen along with it."""

from typing import Final

from elsa_data.report.markup import Markup, signed, tag
from elsa_data.report.preview import Preview

AUDIO: Final = "audio"
"""The folder of the sounds, beside the page."""

NAMES: Final = {"binaural": "binaural", "stereo": "stereo", "w": "W"}
WIDTH, HEIGHT = 640, 56


def file_name(number: int, name: str) -> str:
    """Return the path of a sound from the page."""
    return f"{AUDIO}/{number:03d}-{name}.mp3"


def player(number: int, preview: Preview) -> Markup:
    """Return the player of a row: play, seek along the outline, choose what to listen to."""
    first = next(iter(preview.files))
    choices = [
        tag(
            "button",
            NAMES[name],
            type="button",
            data_src=file_name(number, name),
            aria_pressed="true" if name == first else "false",
        )
        for name in preview.files
    ]
    level = f"played at {signed(preview.gain_db)} dB"
    if preview.seconds < preview.of_s:
        level += f", first {preview.seconds:.0f} of {preview.of_s:.0f} s"
    return tag(
        "div",
        tag("button", type="button", class_="play", aria_label="Play"),
        tag(
            "div",
            outline(preview),
            tag(
                "input",
                type="range",
                min="0",
                max=f"{preview.seconds:.2f}",
                step="0.05",
                value="0",
                aria_label="Where in the sound",
            ),
            class_="wave",
        ),
        tag("audio", controls=True, preload="none", src=file_name(number, first)),
        tag("div", *choices, tag("small", level), class_="choices"),
        class_="player",
    )


def outline(preview: Preview) -> Markup:
    """Return the level of W over time, mirrored about the middle."""
    step = WIDTH / len(preview.outline)
    lines = [
        f"M{step * (index + 0.5):.0f} {HEIGHT / 2 * (1 - level):.0f}V{HEIGHT / 2 * (1 + level):.0f}"
        for index, level in ((k, max(v, 0.02)) for k, v in enumerate(preview.outline))
    ]
    return tag(
        "svg",
        tag("path", d="".join(lines), class_="outline"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
