"""A data set on the Hugging Face Hub: shards first, its pages last, and nothing twice.

What is there is asked of the Hub itself, by hash, before anything is sent: a run that was killed
goes on from what arrived. A reader of the old pages never sees half of the new shards, for pages
name the shards they mean.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, TypeVar

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    DatasetCard,
    HfApi,
    get_token,
    is_offline_mode,
)
from huggingface_hub.errors import (
    HFValidationError,
    HTTPError,  # pyright: ignore[reportPrivateImportUsage]  # of whichever library it speaks by
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import disable_progress_bars, logging, validate_repo_id

from elsa_data.errors import BuildError, ConfigError
from elsa_data.shards.commit import fetched
from elsa_data.shards.directory import Directory
from elsa_data.shards.facts import Published
from elsa_data.shards.hub_difference import Difference, blob_id, difference
from elsa_data.shards.hub_patience import WAITS_S, pause_s
from elsa_data.shards.tables import in_batches

COMMIT_FILES: Final = 50
COMMIT_BYTES: Final = 25_000_000_000
"""Shards of one commit: the Hub allows 128 commits an hour."""

Value = TypeVar("Value")
Say = Callable[[str], None]
Operation = CommitOperationAdd | CommitOperationDelete
PASSING_ERRORS: Final = (HTTPError, RuntimeError, ConnectionError)
"""What the client raises when the Hub is busy or away; threads wrap theirs in a RuntimeError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A repository of the Hub, who asks (nobody without a token), and who hears how it goes."""

    api: HfApi
    repo: str
    revision: str
    token: str | None
    say: Say

    def ask(self, call: Callable[[], Value]) -> Value:
        """Return what a call of the API returns, tried again while the Hub is busy or away.

        Raises:
            ConfigError: the Hub refuses: no right, no such thing.
            BuildError: it was busy or away for all of `WAITS_S`, or says something unheard of.
        """
        waits = iter(WAITS_S)
        while True:
            try:
                return call()
            except PASSING_ERRORS as error:
                response = getattr(error.__cause__ or error, "response", None)
                status = response.status_code if response is not None else None
                headers = dict(response.headers) if response is not None else {}
                pause = pause_s(status, headers, next(waits, None))
                if pause is None:
                    raise self._failed(error, status) from None
                self.say(f"the Hub is busy or away: again in {pause:.0f} s")
                time.sleep(pause)
            except ValueError as error:
                raise BuildError(f"the Hub cannot take {self.repo}: {self._safe(error)}") from None

    def listing(self) -> dict[str, str]:
        """Return every file of the repository: sha256 of a large one, git's id of another."""
        try:
            tree = self.api.list_repo_tree(
                self.repo, repo_type="dataset", revision=self.revision, recursive=True
            )
            files = [entry for entry in tree if isinstance(entry, RepoFile)]
        except (RepositoryNotFoundError, RevisionNotFoundError):
            return {}
        return {file.path: file.lfs.sha256 if file.lfs else file.blob_id for file in files}

    def _failed(self, error: BaseException, status: int | None) -> ConfigError | BuildError:
        said = self._safe(error.__cause__ or error)
        if status in (401, 403, 404):
            return ConfigError(
                f"the Hub refuses {self.repo} ({said}): check the name, and that the token may "
                "write there (hf auth whoami)"
            )
        return BuildError(
            f"the Hub did not take {self.repo} ({said}); what arrived is kept: run the same "
            "command again"
        )

    def _safe(self, error: BaseException) -> str:
        """Return the message of an error without the token, whatever the server echoes."""
        return str(error).replace(self.token, "***") if self.token else str(error)


def connected(
    repo: str, *, revision: str | None, private: bool, say: Say, to_write: bool = True
) -> Hub:
    """Return a repository, whether it exists yet or not; only ``to_write`` it needs a token.

    Raises:
        ConfigError: an impossible name, no token, or ``private`` where a public one stands.
    """
    disable_progress_bars()
    logging.set_verbosity_error()
    try:
        validate_repo_id(repo)
    except HFValidationError as error:
        raise ConfigError(f"{repo!r} is no name on the Hub: {error}") from None
    if repo.count("/") != 1:
        raise ConfigError(f"{repo!r}: wanted ORG/NAME, such as my-team/spatial-sounds")
    if is_offline_mode():
        raise ConfigError("HF_HUB_OFFLINE is set: unset it to reach the Hub")
    hub = Hub(api=HfApi(), repo=repo, revision=revision or "main", token=get_token(), say=say)
    if hub.token:
        hub.ask(hub.api.whoami)
    elif to_write:
        raise ConfigError("no token for the Hub: run `hf auth login`, or set HF_TOKEN")
    else:
        say("no token for the Hub: what is private there cannot be seen, and sending will need one")
    if private and hub.ask(lambda: _is_public(hub)):
        raise ConfigError(
            f"{repo} is there and public: make it private in its settings, or take another name"
        )
    return hub


def pending(hub: Hub, shards: Sequence[Published], pages: Mapping[str, bytes]) -> Difference:
    """Return what would be sent and removed; nothing is."""
    return difference(hub.ask(hub.listing), shards, pages)


def publish(
    hub: Hub,
    directory: Directory,
    shards: Sequence[Published],
    pages: Mapping[str, bytes],
    *,
    private: bool,
) -> Difference:
    """Send what the repository lacks: shards, then the pages; return what that was.

    Shards of an older set leave with the commit of the new pages; the history keeps them.

    Raises:
        ConfigError: the Hub refuses.
        BuildError: the Hub cannot be reached, or does not hold what was sent, or not this card.
    """
    hub.ask(DatasetCard(pages["README.md"].decode()).validate)
    hub.ask(lambda: _make(hub, private=private))
    todo = pending(hub, shards, pages)
    total = len(shards)
    if done := todo.kept:
        hub.say(f"{done} of {total} shards are there already")
    for batch in in_batches(
        todo.missing, rows=COMMIT_FILES, most_bytes=COMMIT_BYTES, size=lambda shard: shard.size
    ):
        with ExitStack() as stack:
            additions: dict[str, Operation] = {}
            for shard in batch:
                url = directory.path(*shard.path.split("/"))
                file = stack.enter_context(fetched(directory, url))
                additions[shard.path] = CommitOperationAdd(shard.path, file)
            _commit(hub, additions, f"Shards {done + 1} to {done + len(batch)} of {total}")
        done += len(batch)
        hub.say(f"{done} of {total} shards are there")
    texts = {path: CommitOperationAdd(path, text) for path, text in todo.pages.items()}
    gone = {path: CommitOperationDelete(path) for path in todo.stale}
    _commit(hub, texts | gone, "Card")
    _require(hub, shards, pages)
    return todo


def _is_public(hub: Hub) -> bool:
    try:
        return not hub.api.dataset_info(hub.repo).private
    except RepositoryNotFoundError:
        return False


def _make(hub: Hub, *, private: bool) -> None:
    hub.api.create_repo(hub.repo, repo_type="dataset", private=private or None, exist_ok=True)
    if hub.revision != "main":
        hub.api.create_branch(hub.repo, branch=hub.revision, repo_type="dataset", exist_ok=True)


def _commit(hub: Hub, operations: Mapping[str, Operation], message: str) -> None:
    """Commit at once; what a try that broke off left is looked up, for it may have arrived."""
    left = dict(operations)

    def attempt() -> None:
        if not left:
            return
        try:
            hub.api.create_commit(
                hub.repo,
                list(left.values()),
                commit_message=message,
                repo_type="dataset",
                revision=hub.revision,
            )
        except PASSING_ERRORS:
            _drop_arrived(hub, left)
            raise

    hub.ask(attempt)


def _drop_arrived(hub: Hub, left: dict[str, Operation]) -> None:
    try:
        there = hub.listing()
    except PASSING_ERRORS:
        return
    for path, operation in list(left.items()):
        name = None if isinstance(operation, CommitOperationDelete) else _name(operation)
        if there.get(path) == name and (name or isinstance(operation, CommitOperationDelete)):
            del left[path]


def _name(addition: CommitOperationAdd) -> str | None:
    """Return what the Hub calls the content of an addition; None while it is not hashed."""
    if isinstance(addition.path_or_fileobj, bytes):
        return blob_id(addition.path_or_fileobj)
    sha256 = addition.upload_info.sha256
    return sha256.hex() if sha256 else None


def _require(hub: Hub, shards: Sequence[Published], pages: Mapping[str, bytes]) -> None:
    """Hold the repository against what was to be sent."""
    left = pending(hub, shards, pages)
    if wrong := [shard.path for shard in left.missing] + list(left.pages):
        raise BuildError(
            f"{hub.repo} does not hold {wrong[0]} as it is here: it changed after it was verified, "
            "or somebody else writes there; run the same command again"
        )
