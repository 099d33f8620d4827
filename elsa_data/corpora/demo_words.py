"""What the sounds of the demo are called: labels, and captions that say what, never where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from elsa_data.corpora import demo_nature as nature
from elsa_data.corpora import demo_objects as objects
from elsa_data.corpora.demo_synth import Rng, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One class of the demo: how it is made, its label, how it may be described."""

    make: Callable[[Rng, int, float], Signal]
    label: str
    captions: tuple[str, ...]


KINDS: Final = (
    Kind(
        make=nature.dog_bark,
        label="Dog bark",
        captions=(
            "A dog barks",
            "A dog is barking again and again",
            "Sharp barks from an excited dog",
            "The repeated barking of a dog",
            "A dog lets out several gruff barks",
            "An agitated dog barks loudly",
        ),
    ),
    Kind(
        make=nature.rain,
        label="Rain",
        captions=(
            "Rain falls steadily",
            "A steady downpour of rain with pattering drops",
            "Heavy rain hisses and patters",
            "The constant hiss of falling rain",
            "Raindrops patter without pause",
        ),
    ),
    Kind(
        make=objects.siren,
        label="Siren",
        captions=(
            "A siren wails",
            "An emergency siren rises and falls in pitch",
            "The wailing of an alarm siren",
            "A loud siren swells and sinks in tone",
            "A warning siren blares",
        ),
    ),
    Kind(
        make=nature.bird_chirp,
        label="Bird chirp",
        captions=(
            "A bird chirps",
            "A small bird is chirping in short bursts",
            "Bright tweets and chirps of a songbird",
            "A bird sings a few quick notes",
            "High-pitched chirping of a bird",
        ),
    ),
    Kind(
        make=objects.clock_ticking,
        label="Clock ticking",
        captions=(
            "A clock ticks",
            "The regular ticking of a mechanical clock",
            "A clock goes tick tock in an even rhythm",
            "Steady ticks of an old clock",
        ),
    ),
    Kind(
        make=nature.footsteps,
        label="Footsteps",
        captions=(
            "Footsteps with a steady pace",
            "The thud of shoes on a hard floor",
            "Someone takes step after step in heavy shoes",
            "The sound of a person's footsteps",
            "Even footsteps with a slight scrape of the soles",
        ),
    ),
    Kind(
        make=objects.engine_idle,
        label="Engine idling",
        captions=(
            "An engine idles",
            "A motor runs at idle with a low rumble",
            "The uneven chugging of an idling engine",
            "A diesel engine putters",
            "A low engine rumble goes on and on",
        ),
    ),
    Kind(
        make=objects.phone_ring,
        label="Telephone ringing",
        captions=(
            "A telephone rings",
            "A phone is ringing with an electronic warble",
            "The ringing of a phone that nobody answers",
            "An electronic ringtone sounds in bursts",
        ),
    ),
    Kind(
        make=objects.door_knock,
        label="Knock",
        captions=(
            "Someone knocks on a door",
            "Knuckles rap on a wooden door",
            "A series of knocks on wood",
            "Impatient knocking on a wooden door",
            "A person is knocking at the door",
        ),
    ),
    Kind(
        make=nature.thunder,
        label="Thunder",
        captions=(
            "Thunder cracks and rumbles",
            "A deep roll of thunder",
            "The rumble of a thunderstorm",
            "Thunder growls and slowly fades",
        ),
    ),
    Kind(
        make=nature.whistle,
        label="Whistling",
        captions=(
            "A person whistles a tune",
            "Someone is whistling a simple melody",
            "A cheerful whistled melody",
            "The clear whistling of a tune",
        ),
    ),
    Kind(
        make=nature.crickets,
        label="Crickets",
        captions=(
            "Crickets chirp",
            "The steady chirping of crickets",
            "Insects trill in rapid pulses",
            "Crickets sing without a break",
        ),
    ),
    Kind(
        make=objects.bell_toll,
        label="Bell",
        captions=(
            "A large bell tolls",
            "The slow tolling of a bronze bell",
            "A bell is struck and rings out",
            "Deep strokes of a heavy bell",
            "A bell rings slowly with a long hum",
        ),
    ),
    Kind(
        make=objects.typing,
        label="Typing",
        captions=(
            "Someone types on a keyboard",
            "The clatter of fast typing",
            "Keys click as a person types",
            "Quick keystrokes on a computer keyboard",
        ),
    ),
    Kind(
        make=nature.water_drops,
        label="Water drops",
        captions=(
            "Water drips",
            "Drops of water fall into a pool",
            "Slow plinking drips of water",
            "The dripping of a leaky tap",
            "Single drops of water splash again and again",
        ),
    ),
    Kind(
        make=nature.cat_meow,
        label="Cat meow",
        captions=(
            "A cat meows",
            "A cat is meowing plaintively",
            "The drawn-out meow of a hungry cat",
            "A cat calls for attention",
        ),
    ),
    Kind(
        make=objects.train_horn,
        label="Train horn",
        captions=(
            "A train horn blows",
            "The loud chord of a locomotive's horn",
            "A train sounds its horn",
            "Long blasts of a train horn",
        ),
    ),
    Kind(
        make=nature.applause,
        label="Applause",
        captions=(
            "People applaud",
            "An audience claps",
            "Enthusiastic applause swells and fades",
            "The clapping of many hands",
            "A crowd gives a round of applause",
        ),
    ),
    Kind(
        make=objects.vacuum_cleaner,
        label="Vacuum cleaner",
        captions=(
            "A vacuum cleaner runs",
            "The whine of a vacuum cleaner",
            "A vacuum cleaner whirs and sucks in air",
            "A loud electric motor with rushing air",
        ),
    ),
    Kind(
        make=objects.door_slam,
        label="Door slam",
        captions=(
            "A door slams once",
            "A single heavy slam of a door",
            "A door is slammed shut once and its lock rattles",
        ),
    ),
)
