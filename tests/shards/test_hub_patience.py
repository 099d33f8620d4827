"""When waiting helps, and for how long."""

import pytest

from elsa_data.shards.hub_patience import LONGEST_S, pause_s


@pytest.mark.parametrize(
    ("status", "headers", "planned", "told"),
    [
        (None, {}, 4.0, 4.0),
        (500, {}, 1.0, 1.0),
        (429, {"ratelimit": '"api";r=0;t=55'}, 1.0, 56.0),
        (429, {"ratelimit": '"api";r=0;t=55'}, 60.0, 60.0),
        (429, {"retry-after": "120"}, 1.0, 120.0),
        (429, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 2.0, 2.0),
        (500, {"ratelimit": '"api";r=499;t=250'}, 1.0, 1.0),
        (429, {"retry-after": "999999"}, 1.0, LONGEST_S),
        (403, {}, 1.0, None),
        (400, {"retry-after": "5"}, 1.0, None),
        (None, {}, None, None),
        (429, {"retry-after": "5"}, None, None),
    ],
)
def test_a_pause(
    status: int | None, headers: dict[str, str], planned: float | None, told: float | None
) -> None:
    assert pause_s(status, headers, planned) == told
