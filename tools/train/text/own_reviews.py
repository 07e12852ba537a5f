"""Made-up review sentences of the project's own words (phrases.toml): (text, tone), tone 1 good, -1 bad, 0 neither."""

import random
import tomllib
from pathlib import Path

PHRASES = Path(__file__).resolve().parent / "phrases.toml"
# Sentences about each domain in one training.
COUNTS = {"films": 4500, "goods": 1500, "places": 1200}
# Of these, so many of a hundred are neither good nor bad.
NEUTRAL_PERCENT = 8

# {a}, {b}: words of the sentence's own tone; {x}, {y}: of the other; {c}, {z}: clauses likewise.
PLAIN = [
    "A {a} {thing}.", "{An_a} and {b} {thing}.", "{An_a}, {b} {thing} with {a_part}.", "{a}, {b} and {a2}",
    "The {part} is {a}.", "The {part} was {very} {a}.", "The {part} is {a} and the {part2} is {b}.",
    "The {part} is {a}, and {c}.", "This is {an_a} {thing}.", "What {an_a} {thing}!", "It's {a}, {b} and {a2}.",
    "{c}.", "{c}.", "{c}.", "{c}, and {d}.", "{An_a} {thing}: {c}.", "{very} {a}", "I found it {very} {a}.",
    "One of the most {a} {things} of the year.", "The most {a} {thing} I have come across in a long time.",
    "{An_a} {thing} that is as {b} as it is {a2}.", "It is {a} from beginning to end.", "{An_a} {thing}, {very} {b}.",
    "My friends and I thought the {part} was {a}.", "Everything about it is {a}, the {part} above all.",
    "with {a} {part} and {b} {part2}", "{an_a} {thing} , and {c}", "{a} {part} , {b} {part2}",
    "Simply {a}.", "So {a}!", "Overall it was {a}.", "The {thing} is {a} because {c}.", "the {part} is {b} ... {c}",
    "By the end the {thing} has become {very} {a}.", "More {a} than its reputation.", "{a}!", "{an_a} and {b} piece of work",
]
TURNED = [
    "The {part} is {x}, but {c}.", "{z}, but {c}.", "Despite {x_part}, this is {an_a} {thing}.",
    "For all its {x} {part}, the {thing} is {a}.", "Although {z}, {c}.", "It may look {x}, but it is {very} {a}.",
    "You expect something {x} and get something {a}.", "More {a} than {x}.", "It is less {x} than {a}.",
    "It starts out {x} and ends up {a}.", "Everyone told me it was {x}. I found it {a}.", "{x} {part}, {a} {thing}.",
    "The {part} is a little {x}, yet {c}.", "It is {x} in places, but {a} where it counts.", "{x} at times , but {a}",
    "Not {x}, just {a}.", "I wanted to call it {x}, but {c}.", "While the {part} is {x}, {c}.", "Yes, {z}. Still, {c}.",
]
NOT_OTHER_GOOD = [  # {x} is bad here, and the whole is good
    "There is nothing {x} about this {thing}.", "Not {x} at all.", "It is never {x}.", "It isn't {x} for a minute.",
    "Anything but {x}.", "Far from {x}.", "It manages not to be {x}, and {c}.", "No one could call it {x}.",
    "I have nothing bad to say about the {part}.", "You won't be disappointed.", "It never gets {x} or {y}.",
    "avoids being {x} or {y}", "Without ever turning {x}, it remains {a}.", "The {part} is never {x}.",
    "I was afraid it would be {x}, and it wasn't.", "hardly {x}", "I can't find a single fault with the {part}.",
    "I was not disappointed in the {part}.", "It is impossible not to like this {thing}.", "Neither {x} nor {y}.",
]
NOT_OTHER_BAD = [  # {x} is good here, and the whole is bad
    "There is nothing {x} about this {thing}.", "Not {x} at all.", "It is never {x}.", "It isn't {x} for a minute.",
    "Anything but {x}.", "Far from {x}.", "I can't say the {part} is {x}.", "It is neither {x} nor {y}.",
    "It wants to be {x} and is only {a}.", "It could have been {x}.", "If only the {part} were half as {x} as the {part2}.",
    "It would be {x} if the {part} were not so {a}.", "too {a} to be {x}", "It isn't {x} enough to recommend.",
    "I did not find it {x}.", "Where is the {x} {thing} that we were promised?", "fails to be {x} or even {y}",
    "I wouldn't call the {part} {x}.", "hardly {x}", "It tries to be {x}, but {c}.", "It lacks anything {x} or {y}.",
    "The {part} was supposed to be {x}.", "Don't let the {x} {part} fool you.", "I expected something {x}. It wasn't.",
    "{an_x} {thing} this is not .", "never becomes the {x} {thing} it could have been", "There is little here that is {x}.",
    "The only {x} thing about it is the {part}.", "Even the {part} can't save this {a} {thing}.",
]
NEUTRAL = [
    "I bought the {thing} on Monday.", "The {thing} was new last year.", "The {part} is the same as before.",
    "This is a {thing}.", "There are two kinds of {thing}.", "We talked about the {part}.", "It has a {part}.",
    "My brother has the same {thing}.", "The {thing} comes out in spring.", "Here is what the {thing} is about.",
    "I have not tried the {thing} yet.", "Has anyone seen the {thing}?", "They changed the {part} in the new one.",
    "It was my first {thing} of this kind.", "The {part} is by somebody else this time.", "It is on the second floor.",
]
VERY = ["very", "really", "so", "quite", "truly", "utterly", "surprisingly", "deeply", "just", "consistently", "pretty"]


def article(word):
    return ("an " if word[0] in "aeiou" and not word.startswith(("un", "one")) or word.startswith(("un", "hon"))
            else "a ") + word


def sentence(chance, domain, tone):
    own, other = ("good", "bad") if tone > 0 else ("bad", "good")
    a, b, a2 = chance.sample(domain[own], 3)
    x, y = chance.sample(domain[other], 2)
    c, d = chance.sample(domain[own + "_clauses"], 2)
    part, part2 = chance.sample(domain["parts"], 2)
    thing = chance.choice(domain["things"])
    plural = thing + ("es" if thing.endswith(("s", "ch")) else "s")
    plural = thing[:-1] + "ies" if thing.endswith("y") and thing[-2] not in "aeiou" else plural
    kinds = [PLAIN] * 6 + [TURNED] * 2 + [NOT_OTHER_GOOD if tone > 0 else NOT_OTHER_BAD] * 3
    text = chance.choice(chance.choice(kinds)).format(
        a=a, b=b, a2=a2, x=x, y=y, c=c, d=d, z=chance.choice(domain[other + "_clauses"]), part=part, part2=part2,
        thing=thing, things=plural, very=chance.choice(VERY), an_a=article(a), An_a=article(a).capitalize(),
        an_x=article(x), a_part=f"{article(a2)} {part}", x_part=f"{article(x)} {part}",
    )
    return dress(chance, text)


def dress(chance, text):
    """Capitals, closing marks and spaces as people write them."""
    text = text[0].upper() + text[1:] if chance.random() < 0.8 else text
    if text.endswith(".") and chance.random() < 0.25:
        text = text[:-1] + chance.choice(["", "!", " .", "..."])
    return text


def made_up(seed):
    """About 7200 different sentences with their tones."""
    domains = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    chance, found = random.Random(seed), {}
    for name, count in COUNTS.items():
        domain = domains[name]
        for index in range(count):
            if chance.randrange(100) < NEUTRAL_PERCENT:
                text = chance.choice(NEUTRAL).format(
                    thing=chance.choice(domain["things"]), part=chance.choice(domain["parts"]))
                found[text] = 0.0
            else:
                tone = 1.0 if index % 2 else -1.0
                found[sentence(chance, domain, tone)] = tone
    return sorted(found.items())
