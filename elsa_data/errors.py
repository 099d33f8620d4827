"""What can go wrong, and how far it reaches.

A ConfigError ends a command before anything is launched (exit 2). An ElementError costs one
element, which becomes a Reject. A TransientError is worth trying again. Anything else is a bug.
"""

import difflib
from collections.abc import Iterable


class ElsaDataError(Exception):
    """Root of the errors this project raises on purpose."""


class ElsaDataWarning(UserWarning):
    """Something a person should read that stops nothing."""


class ConfigError(ElsaDataError):
    """The request itself is wrong; nothing has been launched."""


class PresetError(ConfigError):
    """A room preset does not say what it should."""


class PromptError(ConfigError):
    """A file in prompts/ does not say what it should."""


class ManifestError(ConfigError):
    """A manifest or corpus folder cannot be read at all."""


class BuildError(ElsaDataError):
    """A running build must stop; what is committed stays and the same command resumes."""


class StoppedError(BuildError):
    """A run was ended while its threads still work: whoever is told leaves without them."""


class ElementError(ElsaDataError):
    """One element cannot be made; its reject carries the reason.

    Attributes:
        reason: short stable slug, counted in reports (``empty-audio``, ``decay-truncated``).
    """

    def __init__(self, reason: str, message: str) -> None:
        """Keep the slug beside the sentence."""
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.reason, str(self))


class ClipError(ElementError):
    """A clip's manifest row or audio is unusable."""


class PlacementError(ElementError):
    """No room and position satisfy the preset for this example."""


class SimulationError(ElementError):
    """A room impulse response could not be made."""


class MeasurementError(ElementError):
    """A room impulse response is not what was asked for."""


class CaptionError(ElementError):
    """No faithful caption exists for this example."""


class TransientError(ElsaDataError):
    """May succeed when tried again: a network fault, a busy store."""


def did_you_mean(got: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(got, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
