"""What tests ask of a scene and of the engine."""

import dataclasses
import math

import numpy as np

from elsa_data import rooms
from elsa_data.acoustics import engine
from elsa_data.geometry import seen_from

NORMAL = 48_000


def db(ratio: float) -> float:
    return 10.0 * math.log10(ratio + 1e-300)


def truth(group):
    receiver = group.scene.receiver
    return seen_from(receiver.position_m, receiver.yaw_deg, group.scene.placements[0].position_m)


def arrival_s(group) -> float:
    return truth(group)[2] / rooms.speed_of_sound(group.scene.room.temperature_c)


def early(group, window_s: float) -> np.ndarray:
    return engine.simulate_early([group], window_s=window_s)[0].samples


def changed(group, **receiver):
    scene = group.scene
    seat = dataclasses.replace(scene.receiver, **receiver)
    return dataclasses.replace(group, scene=dataclasses.replace(scene, receiver=seat))
