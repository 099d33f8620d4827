"""Directions, distances and rotations in the frames of `elsa_data.conventions`."""

import math

Vector = tuple[float, float, float]


def wrap_azimuth_deg(azimuth_deg: float) -> float:
    """Return the same azimuth in [-180, 180) degrees."""
    wrapped = (azimuth_deg + 180.0) % 360.0 - 180.0
    # A tiny negative angle is rounded up to +180 by the sum above; the interval is half open.
    return -180.0 if wrapped >= 180.0 else wrapped


def unit_vector(azimuth_deg: float, elevation_deg: float) -> Vector:
    """Return the unit vector (x, y, z) that points at a direction in degrees."""
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    horizontal = math.cos(elevation)
    return (
        horizontal * math.cos(azimuth),
        horizontal * math.sin(azimuth),
        math.sin(elevation),
    )


def rotate_yaw(vector: Vector, yaw_deg: float) -> Vector:
    """Return a vector turned counter-clockwise about +z by ``yaw_deg`` degrees."""
    cos, sin = math.cos(math.radians(yaw_deg)), math.sin(math.radians(yaw_deg))
    x, y, z = vector
    return (cos * x - sin * y, sin * x + cos * y, z)


def spherical(vector: Vector) -> Vector:
    """Return (azimuth_deg, elevation_deg, distance_m) of a vector in metres.

    The zero vector has no direction; it gives (0, 0, 0).
    """
    x, y, z = vector
    distance_m = math.sqrt(x * x + y * y + z * z)
    if distance_m == 0.0:
        return (0.0, 0.0, 0.0)
    azimuth_deg = math.degrees(math.atan2(y, x))
    elevation_deg = math.degrees(math.atan2(z, math.hypot(x, y)))
    return (wrap_azimuth_deg(azimuth_deg), elevation_deg, distance_m)


def seen_from(receiver_m: Vector, yaw_deg: float, source_m: Vector) -> Vector:
    """Return (azimuth_deg, elevation_deg, distance_m) of a source in the receiver's frame.

    Both positions are in the room frame, in metres; ``yaw_deg`` is where the receiver faces.
    """
    offset = (
        source_m[0] - receiver_m[0],
        source_m[1] - receiver_m[1],
        source_m[2] - receiver_m[2],
    )
    return spherical(rotate_yaw(offset, -yaw_deg))


def position_of(
    receiver_m: Vector,
    yaw_deg: float,
    azimuth_deg: float,
    elevation_deg: float,
    distance_m: float,
) -> Vector:
    """Return the room-frame position that `seen_from` reads as these three numbers."""
    ray = rotate_yaw(unit_vector(azimuth_deg, elevation_deg), yaw_deg)
    return (
        receiver_m[0] + distance_m * ray[0],
        receiver_m[1] + distance_m * ray[1],
        receiver_m[2] + distance_m * ray[2],
    )


def great_circle_deg(first: Vector, second: Vector) -> float:
    """Return the angle in degrees between two vectors of any length.

    Uses the half-angle form, exact for nearly equal directions where arccos is not.
    """
    length = math.hypot(*first) * math.hypot(*second)
    if length == 0.0:
        return 180.0
    scaled = [b * math.hypot(*first) for b in second], [a * math.hypot(*second) for a in first]
    difference = math.hypot(*(a - b for a, b in zip(*scaled, strict=True)))
    total = math.hypot(*(a + b for a, b in zip(*scaled, strict=True)))
    return math.degrees(2.0 * math.atan2(difference, total))


def clearance_m(size_m: Vector, position_m: Vector) -> float:
    """Return the distance in metres to the nearest wall; negative outside the room."""
    return min(min(p, length - p) for p, length in zip(position_m, size_m, strict=True))
