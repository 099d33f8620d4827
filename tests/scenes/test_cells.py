from elsa_data.distributions import Constant, Uniform
from elsa_data.scene_laws import HeightLaw
from elsa_data.scenes.cells import infeasible_cells
from tests.scenes.scenery import preset_of, vocabulary_of, with_laws

VOCABULARY = vocabulary_of()


def test_what_a_law_cannot_reach_is_listed():
    assert infeasible_cells(preset_of("elsa"), VOCABULARY, "test") == ((("elevation", "down"),),)
    assert infeasible_cells(preset_of("tiny"), VOCABULARY, "train") == (
        (("reverb", "reverberant"),),
    )


def test_balanced_can_bring_every_pair_of_words_together():
    assert infeasible_cells(preset_of("balanced"), VOCABULARY, "train") == ()


def under_a_low_ceiling(**laws):
    preset = with_laws(
        preset_of("tiny"),
        height_m=HeightLaw(low_m=2.4, high_m=2.4, per_root_area=0.0),
        elevation_deg=Uniform(low=10.0, high=60.0),
        distance_m=Uniform(low=0.5, high=4.0),
        floor_area_m2=Uniform(low=60.0, high=90.0),
        azimuth_deg=Uniform(low=-20.0, high=20.0),
        target_t30_s=Constant(value=0.3),
    )
    return infeasible_cells(with_laws(preset, **laws), VOCABULARY, "train")


UNREACHED = (
    *((("direction", word),) for word in ("left", "right", "back", None)),
    (("elevation", "down"),),
    *((("size", word),) for word in ("small", "large")),
    *((("reverb", word),) for word in ("dampened", "reverberant")),
)


def test_a_pair_that_fits_now_and_then_is_not_listed():
    assert under_a_low_ceiling() == UNREACHED


def test_pairs_that_no_ceiling_holds_are_listed():
    # 0.9 m off floor and ceiling leaves 0.6 m: nothing above 40 deg is 1 m away.
    pairs = tuple((("elevation", "up"), ("distance", word)) for word in ("far", None))
    assert under_a_low_ceiling(clearance_m=0.9) == (*UNREACHED, *pairs)
