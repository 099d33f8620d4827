"""One of two processes: the gradient of its rows, averaged with the other's; see test_step."""

import sys
from pathlib import Path

import torch

from elsa_data.train.processes import join_processes, leave_processes
from elsa_data.train.step import batch_gradient
from tests.train.test_step import WEIGHTS, model_of, part_of


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    processes = join_processes("cpu")
    batch = torch.load(folder / "batch.pt", weights_only=False)
    # Of unequal size, as the batches of an order may be.
    rows = slice(0, 5) if processes.rank == 0 else slice(5, None)
    for pieces in (1, 2):
        model = model_of()
        losses = batch_gradient(model, part_of(batch, rows), WEIGHTS, processes, pieces=pieces)
        processes.average_gradients(model.parameters())
        if processes.rank == 1:
            grads = {name: each.grad for name, each in model.named_parameters()}
            torch.save((losses, grads), folder / f"found-{pieces}.pt")
    leave_processes()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
