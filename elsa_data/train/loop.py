"""A run on one screen: rows in, steps, checkpoints, a model out."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from elsa_data.errors import ConfigError
from elsa_data.seeding import rng_for
from elsa_data.shards.directory import Directory
from elsa_data.train.export import (
    CARD,
    Run,
    load_spatial,
    read_run,
    replace_file,
    save_weights,
    write_run,
)
from elsa_data.train.hearing import Features
from elsa_data.train.lamb import Lamb
from elsa_data.train.model_card import model_card
from elsa_data.train.order import Order
from elsa_data.train.processes import Processes
from elsa_data.train.reader import Batch, Index, Reader, read_index
from elsa_data.train.registry import Model, build_model, prepare_assets
from elsa_data.train.settings import Optimisation
from elsa_data.train.step import batch_gradient, batch_losses
from elsa_data.train.watch import Watch

CHECKPOINT: Final = "checkpoint.pt"
OPTIMIZERS: Final = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "lamb": Lamb}


def train(
    run: Run,
    folder: Path,
    processes: Processes,
    *,
    resume: bool = False,
    stop_after: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Model:
    """Return the trained model, and leave everything about it in a folder.

    Resumed, it ends as it would have without the break: bit for bit on a CPU. ``stop_after`` ends
    it early, after so many steps in all, as a kill just after a checkpoint would.

    Raises:
        ConfigError: the folder, the data or the settings do not allow it.
        BuildError: a shard or the disk fails.
    """
    told = run.settings.train
    torch.set_num_threads(told.threads)
    spatial_only = run.stage == "spatial"
    index = read_index(Directory(run.data), "train", run.settings.data, spatial_only=spatial_only)
    model = _start(run, folder, index, processes, resume=resume)
    optimizer = _optimizer(model, told)
    state: dict[str, Any] = {"step": 0, "position": 0, "validation": {}}
    if resume:
        state = _load(folder, model, optimizer)

    order, reader = _feed(run, index, processes, model)
    validate = _validation(run, processes, model)
    end, position = order.rows * told.epochs, state["position"]
    watch = Watch(folder, state["step"], end, say, active=processes.rank == 0)

    for step, batch in enumerate(
        watch.waiting(reader.batches(order, position, end)), state["step"] + 1
    ):
        rate = _set_rate(optimizer, told, share=position / end)
        losses, length = _step(model, optimizer, batch, run, processes)
        epochs, position = batch.end // order.rows - position // order.rows, batch.end
        watch.step(step, position, losses, rate=rate, gradient=length)
        state |= {"step": step, "position": position}
        if epochs:
            state["validation"] = validate()
            watch.validation(step, position, state["validation"])
        if step % told.save_every == 0 or step == stop_after:
            _save(folder, model, optimizer, state, processes)
        if step == stop_after:
            return model
    _save(folder, model, optimizer, state, processes)
    if processes.rank == 0:
        card = model_card(folder.name, run, model, state["validation"])
        replace_file(folder / CARD, lambda path: path.write_text(card, "utf-8"))
    return model


def _step(
    model: Model, optimizer: torch.optim.Optimizer, batch: Batch, run: Run, processes: Processes
) -> tuple[dict[str, float], float]:
    """Return the losses and the length of the gradient that the weights were moved by."""
    told = run.settings.train
    losses = batch_gradient(
        model, batch, told.weights, processes, pieces=told.accumulate, seed=run.seed
    )
    processes.average_gradients(model.parameters())
    longest = told.clip_norm or math.inf
    length = torch.nn.utils.clip_grad_norm_(model.parameters(), longest)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return losses, float(length)


def _feed(
    run: Run, index: Index, processes: Processes, model: Model, *, held_out: bool = False
) -> tuple[Order, Reader]:
    """Return the order of a split and who reads it; a split that is held out never varies."""
    data, seed = run.settings.data, 0 if held_out else run.seed
    if held_out:
        data = replace(data, crop="start")

    def hear(audio: Tensor) -> Features:
        """Compute what is kept wherever the model is, and keep it in memory."""
        return {name: each.cpu() for name, each in model.hear(audio.to(processes.device)).items()}

    order = Order(
        index.units,
        seed=seed,
        window=data.window,
        batch=run.settings.train.batch,
        world=processes.world,
    )
    return order, Reader(
        Directory(run.data),
        index.urls,
        data,
        seed=seed,
        rank=processes.rank,
        hear=hear if data.keep else None,
    )


def _start(run: Run, folder: Path, index: Index, processes: Processes, *, resume: bool) -> Model:
    """Return the model with its first weights; `_load` replaces those of a resumed run."""
    if resume:
        found, assets = read_run(folder)
        _require_same(found, run)
    elif (folder / CHECKPOINT).exists():
        raise ConfigError(f"{folder} holds a run: add --resume, or name another folder")
    else:
        if processes.rank == 0:
            write_run(folder, run, prepare_assets(run.settings.model, index.captions))
        processes.wait()
        _, assets = read_run(folder)
    torch.manual_seed(int(rng_for(run.seed, "init").integers(2**62)))
    rate_hz = run.settings.data.sample_rate_hz
    model = build_model(run.settings.model, assets, rate_hz, published=not resume)
    if run.spatial_from is not None and not resume:
        load_spatial(model, run.spatial_from)
    processes.join_norms(model).to(processes.device).train()
    processes.agree(model)
    return model


def _require_same(found: Run, asked: Run) -> None:
    # Where the data lies may change between two parts of a run; what is in it may not.
    if replace(found, data=asked.data, spatial_from=asked.spatial_from) != asked:
        told = [
            f"{name} {was!r}, asked {now!r}"
            for name in ("stage", "seed", "world", "settings")
            if (was := getattr(found, name)) != (now := getattr(asked, name))
        ]
        raise ConfigError(f"the run was started otherwise: {'; '.join(told)}")


def _optimizer(model: Model, told: Optimisation) -> torch.optim.Optimizer:
    """Return the optimiser that is asked for; only matrices decay."""
    every = [each for each in model.parameters() if each.requires_grad]
    groups = [
        {"params": [p for p in every if p.ndim >= 2], "weight_decay": told.weight_decay},
        {"params": [p for p in every if p.ndim < 2], "weight_decay": 0.0},
    ]
    return OPTIMIZERS[told.optimizer](groups, lr=told.learning_rate)


def _set_rate(optimizer: torch.optim.Optimizer, told: Optimisation, *, share: float) -> float:
    """Return the learning rate at a share of the run: up in a line, down as a cosine."""
    if share < told.warmup:
        factor = (share + 1e-3) / (told.warmup + 1e-3)
    else:
        factor = 0.5 * (1 + math.cos(math.pi * (share - told.warmup) / (1 - told.warmup)))
    for group in optimizer.param_groups:
        group["lr"] = told.learning_rate * factor
    return told.learning_rate * factor


def _validation(run: Run, processes: Processes, model: Model) -> Callable[[], dict[str, float]]:
    """Return what computes the mean losses of the validation split; nothing if there is none."""
    data = run.settings.data
    try:
        index = read_index(
            Directory(run.data), "validation", data, spatial_only=run.stage == "spatial"
        )
        order, reader = _feed(run, index, processes, model, held_out=True)
    except ConfigError:
        return dict

    def losses() -> dict[str, float]:
        found = [
            batch_losses(model, batch, run.settings.train.weights, processes)
            for batch in reader.batches(order, 0, order.rows)
        ]
        return {name: sum(each[name] for each in found) / len(found) for name in found[0]}

    return losses


def _save(
    folder: Path,
    model: Model,
    optimizer: torch.optim.Optimizer,
    state: Mapping[str, Any],
    processes: Processes,
) -> None:
    if processes.rank == 0:
        save_weights(folder, model)
        held = {**state, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
        replace_file(folder / CHECKPOINT, lambda path: torch.save(held, path))
    processes.wait()


def _load(folder: Path, model: Model, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    path = folder / CHECKPOINT
    if not path.exists():
        raise ConfigError(f"{folder} holds no checkpoint to resume from: leave --resume out")
    held = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(held.pop("model"))
    optimizer.load_state_dict(held.pop("optimizer"))
    return held
