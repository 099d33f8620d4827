"""Runs on the Hugging Face Hub; the trainer's one file that talks to it."""

from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from elsa_data.errors import ConfigError


def push(folder: Path, repo: str, names: Sequence[str]) -> str:
    """Return the address of a model that these files of a folder were sent to.

    Raises:
        ConfigError: the Hub refuses.
    """
    api = HfApi()
    try:
        address = api.create_repo(repo, exist_ok=True)
        api.upload_folder(repo_id=repo, folder_path=folder, allow_patterns=list(names))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise ConfigError(f"{repo}: {_line(error)}") from error
    return str(address)


def fetch(name: str, names: Sequence[str]) -> Path:
    """Return a folder with these files of a model.

    Raises:
        ConfigError: there is no such model, or the Hub cannot be reached.
    """
    try:
        return Path(snapshot_download(name, allow_patterns=list(names)))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise ConfigError(f"{name}: no folder, and no model of the Hub: {_line(error)}") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
