import torch
from torch import nn

from elsa_data.train.processes import Processes
from elsa_data.train.spatial import ElsaSpatial


def test_batch_norms_are_joined_where_there_are_several_devices():
    branch = ElsaSpatial(16_000, 0.3)
    names = set(branch.state_dict())
    for world, device in ((1, "cuda"), (2, "cpu")):
        same = Processes(0, world, torch.device(device)).join_norms(branch)
        assert not any(isinstance(each, nn.SyncBatchNorm) for each in same.modules())
    joined = Processes(0, 2, torch.device("cuda")).join_norms(branch)
    norms = [each for each in joined.modules() if isinstance(each, nn.SyncBatchNorm)]
    assert len(norms) == 12
    # A run of many devices is loaded on one, by the same names.
    assert set(joined.state_dict()) == names
    ElsaSpatial(16_000, 0.3).load_state_dict(joined.state_dict())
