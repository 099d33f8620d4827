"""Words that captions open with and that are no names: these alone lose their capital.

A word that is missing here keeps its capital inside a sentence, which reads oddly at worst; a name
that lost its capital would be another word.
"""

from typing import Final

_TEXT: Final = """
    a an the this that these those some several many few multiple various two three four five six
    seven eight nine ten one another other both each every all any no it he she they we you there
    here his her their its our my someone somebody something somewhere nobody nothing none others
    and but as while when after before during then with without within inside outside in on at by
    from under over above below behind near through to for of off out into onto up down between
    among against along across around not very loud loudly quiet quietly soft softly faint faintly
    constant constantly continuous continuously repeated repeatedly repetitive rhythmic
    rhythmically slow slowly quick quickly sudden suddenly brief briefly light heavy strong gentle
    distant nearby far close large small big tiny little huge high low deep old young male female
    adult human electronic electric mechanical metal metallic wooden plastic glass paper wet dry
    busy rapid first second next finally again today more less much most indistinct muffled static
    white people person man men woman women child children kid kids baby babies infant toddler boy
    boys girl girls males adults crowd crowds audience group choir guy lady speaker voices voice
    singer animal animals dog dogs puppy cat cats kitten bird birds birdsong pigeon pigeons crow
    crows duck ducks goose geese chicken chickens rooster hen owl frog frogs insect insects
    cricket crickets cicadas bee bees fly flies horse horses cow cows sheep goat goats pig pigs
    lion mouse mice snake wolf wolves monkey car cars truck trucks bus vehicle vehicles motorcycle
    motorbike motorboat boat ship train trains subway tram plane planes airplane airplanes
    aircraft jet helicopter engine engines motor motors machine machines machinery siren sirens
    horn horns alarm alarms bell bells clock clocks phone telephone ringtone door doors gate
    window keys key keyboard typewriter printer computer radio television tv toilet sink tap
    faucet shower bath water rain raindrops rainfall wind winds breeze thunder thunderstorm storm
    lightning waves ocean sea river stream creek waterfall fire fireworks firecrackers gunshot
    gunshots gunfire gun guns explosion explosions bomb music song melody drum drums guitar piano
    violin flute trumpet organ bass beat tone tones tune noise noises sound sounds buzz buzzing
    hum humming hiss hissing click clicks clicking clack clacking beep beeps beeping ring ringing
    rings chime chimes chiming bang banging bangs tapping taps knock knocking knocks thump
    thumping thud scrape scraping scratching rustle rustling crackle crackling crunch crunching
    creak creaking squeak squeaking squeal squealing whistle whistling whir whirring whine whining
    rattle rattling rumble rumbling roar roaring footsteps steps walking running speaking speech
    talking chatter chattering conversation laughing laughter giggling crying sobbing screaming
    shouting yelling whispering singing snoring breathing coughing sneezing burping hiccup
    clapping applause cheering chewing eating drinking cooking frying sizzling food dishes plates
    silverware cutlery pots pans pouring dripping splashing splash flushing flowing bubbling
    gurgling liquid typing writing sewing sanding sawing drilling drill hammering hammer chopping
    cutting grinding saw vacuum traffic highway passing idling revving accelerating honking
    barking meowing chirping chirps tweeting quacking clucking crowing mooing neighing bleating
    oinking howling growling purring croaking hooting cawing cooing squawking wildlife nature
    leaves wood papers coins bottles bottle can cans ball balls items objects object tools tool
    air steam gas spray spraying aerosol fan blender microwave oven dishwasher washing church city
    street restaurant
"""

OPENERS: Final = frozenset(_TEXT.split())
