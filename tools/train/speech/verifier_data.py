"""What the verifier of keywords learns from: encoder frames of people's words, made worse, and of synthetic voices.

The synthetic voices are those of the programs flite 2.2 and espeak-ng 1.51 (Debian packages of the same names).
"""

import io
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrol_base import prepare  # noqa: E402
from keyword_eval import WORDS, speaker_half, true_word  # noqa: E402
from keywords import SAMPLE_RATE, STEP, loud, read_wav  # noqa: E402
from settings import KEYWORD_SETTINGS as SET, VERIFIED  # noqa: E402

SAMPLES_MIN = 4000
# Copies of each recording of a listed word or "go", and of another word, of which there are fewer.
COPIES, COPIES_OTHER = 5, 15
FLITE, ESPEAK = ("kal16", "awb", "rms", "slt"), ("en-us", "en-gb+f2")
RANDOM_WORDS = 200
# Words that sound like a listed word, or share a part with one; nothing that means the same ("yeah", "nope").
NEAR = (
    "go now nine wow low oh row so though toe dough owe known note nose nor not none knee new knot snow moan mow "
    "bow hoe foe hello yellow mellow one on own home gnome number north year yet yell guess chess less mess dress "
    "eight ate yesterday yard eggs eyes ears used his this is us ace say s x edge desk best rest west test text "
    "nest vest guest pest chest neck neat six fix sick thanks tax top shop stock stuff stab stamp star start starve "
    "drop crop chop pop stoop stomp spot dog sop hop map sap mad bad dad had glad sat sack said side sand sag sod "
    "seed happen hobby puppy copy abby papa harpy heavy hungry agree angle ankle anger entry country square stared "
    "scarred care cared scale spare scarf stairs glared come comb palm farm harm car cam column bomb song tom "
    "common alarm prom surprise supplies sunrise disguised disgust discussed digested dusted trusted began begin "
    "gain agen against game gun pen men ten then when health hell hope held hemp yelp kelp helped have heap shelf "
    "self felt hold "
).split()


def frames(encoder, samples, look=0):
    """The encoder's output over the loud stretch, with a look's padding; None where there is too little sound."""
    if len(samples) < SAMPLES_MIN or float(np.abs(samples - samples.mean()).max()) < SET["silent_peak"]:
        return None
    audio = prepare(samples)
    before, after = (int(SET[k][look] * SAMPLE_RATE / 1000) for k in ("pad_before_ms", "pad_after_ms"))
    padded = np.concatenate([np.zeros(before, np.float32), audio, np.zeros(after, np.float32)]).astype(np.float32)
    memory = encoder.run(None, {"audio": padded[None]})[0][0]
    start, end = loud(audio)
    return memory[(before + start) // STEP : -(-(before + end) // STEP) + 1]


def pink(count, rng):
    """Sum of white noises that change half as often each."""
    rows = (np.repeat(rng.uniform(-1, 1, count // 2**k + 1), 2**k)[:count] for k in range(12))
    return sum(rows).astype(np.float32)


def babble(count, voices, rng):
    mixed = np.zeros(count, np.float32)
    for _ in range(6):
        voice = voices[rng.integers(len(voices))]
        voice = np.resize(np.roll(voice, int(rng.integers(8000))), count)
        mixed += voice / max(float(np.sqrt((voice**2).mean())), 1e-4)
    return mixed


def vary(samples, voices, rng):
    """Played slower or faster, noise 8 to 40 dB below the loudest quarter second, cut near the word."""
    if rng.random() < 0.7:
        places = np.arange(0, len(samples) - 1, rng.uniform(0.88, 1.25))
        samples = np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
    kind = rng.random()
    if kind < 0.85:
        count = len(samples)
        if kind < 0.3:
            noise = rng.uniform(-1, 1, count)
        else:
            noise = pink(count, rng) if kind < 0.6 else babble(count, voices, rng)
        loudest = max(np.sqrt((part**2).mean()) for part in np.array_split(samples, max(1, count // 4000)))
        level = loudest * 10 ** (-rng.uniform(8, 40) / 20) / np.sqrt((noise**2).mean())
        samples = (samples + level * noise).astype(np.float32)
    if rng.random() < 0.7:
        start, end = loud(samples - samples.mean())
        samples = samples[max(0, start - int(rng.integers(0, 4000))) : end + int(rng.integers(0, 3000))]
    return samples


def people(encoder, data, half):
    """(word, frames) of the recordings of one half of the speakers, as they are and made worse."""
    files = [f for f in sorted(Path(data).glob("*/*.wav")) if speaker_half(f) == half]
    common = {*WORDS.split(","), "go"}
    voices = [read_wav(f) for f in files if true_word(f) not in common]
    rng, found = np.random.default_rng(half), []
    for path in files:
        samples, word = read_wav(path), true_word(path)
        for copy in range(COPIES if word in common else COPIES_OTHER):
            changed = samples if copy == 0 else vary(samples, voices, rng)
            seen = frames(encoder, changed, 0 if copy == 0 or rng.random() < 0.7 else 1)
            if seen is not None:
                found.append((word, seen))
    return found


def say(voice, word):
    """A word in a synthetic voice, 16 kHz."""
    if voice in FLITE:
        command = ["flite", "-voice", voice, "-t", word, "-o", "/dev/stdout"]
    else:
        command = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", word]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(spoken)) as source:
        rate = source.getframerate()
    samples = np.frombuffer(spoken[44 : 44 + (len(spoken) - 44) // 2 * 2], "<i2").astype(np.float32) / 32768.0
    places = np.arange(int(len(samples) * SAMPLE_RATE / rate)) * rate / SAMPLE_RATE
    return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)


def random_words(tokens):
    """Words that the vocabulary has with a capital and without."""
    pieces = [tokens.decode([i]) for i in range(259, 32000)]
    capitals = {p.lower() for p in pieces if p.isascii() and p.isalpha() and p[0].isupper() and p[1:].islower()}
    known = {*WORDS.split(","), *NEAR, "yeah", "yep", "nope", "know", "knows"}
    words = [p for p in pieces if p.isascii() and p.islower() and p.isalpha() and 3 <= len(p) <= 9]
    words = [w for w in dict.fromkeys(words) if w in capitals and w not in known]
    return [words[i] for i in np.random.default_rng(3).permutation(len(words))[:RANDOM_WORDS]]


def synthetic(encoder, tokens):
    """(word, frames) of synthetic voices: words near to a listed one, the listed ones, and words at random."""
    rng, found = np.random.default_rng(2), []
    jobs = [(w, v) for w in NEAR for v in (*FLITE, *ESPEAK)]
    jobs += [(w, v) for w in WORDS.split(",") for v in (*FLITE, *ESPEAK) for _ in range(3 if w in VERIFIED else 1)]
    jobs += [(w, v) for w in random_words(tokens) for v in FLITE[1:]]
    for word, voice in jobs:
        spoken = say(voice, word)
        around = [np.zeros(int(rng.integers(800, 6000)), np.float32) for _ in range(2)]
        seen = frames(encoder, vary(np.concatenate([around[0], spoken, around[1]]), [spoken], rng))
        if seen is not None:
            found.append((word, seen))
    return found
