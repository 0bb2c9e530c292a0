"""Writes reviews-mini.csv: invented product reviews with negation, sarcasm and mixed feelings.

Run: python make_reviews_mini.py
Needs nothing but Python. The seed is fixed, so every run writes the same file. Licence of the data: CC BY 4.0.

No sentence pattern occurs in two splits, so a model cannot win by remembering patterns. The split `shift` also has other products.
"""

import csv
import random
import sys
from pathlib import Path

SEED = 2026
SIZES = {"train": 600, "valid": 150, "test": 200, "shift": 250}
SHARES = {"plain": 0.6, "negation": 0.2, "mixed": 0.13, "sarcasm": 0.07}

HOME = ["kettle", "toaster", "lamp", "backpack", "phone", "headset", "novel", "board game", "desk", "raincoat", "blender", "keyboard"]
AWAY = ["hotel room", "ferry trip", "city tour", "museum app", "rental bike", "campsite", "night train", "language course", "sauna", "boat hire"]
GOOD = ["great", "lovely", "solid", "excellent", "handy", "charming", "superb", "reliable"]
BAD = ["awful", "flimsy", "dull", "terrible", "clumsy", "noisy", "useless", "shoddy"]
MORE_GOOD = ["delightful", "impressive", "brilliant", "pleasant", "flawless"]
MORE_BAD = ["dreadful", "disappointing", "tedious", "miserable", "careless"]
ASPECTS = ["price", "finish", "size", "sound", "manual", "delivery", "colour", "service"]
AWAY_ASPECTS = ["staff", "breakfast", "view", "price", "booking", "timetable", "noise at night", "map"]

# {t} thing, {g} good word, {b} bad word, {a} aspect, {c} another aspect, {n} a number. (label, pattern); None: the label picks the word {w}.
PATTERNS = {
    "train": {
        "plain": [(None, "This {t} is {w}."), (None, "What a {w} {t}."), (None, "The {t} turned out to be {w}, and the {a} too."),
                  (None, "After {n} weeks I still find the {t} {w}."), (None, "My sister calls this {t} {w}, and she is right."),
                  (1, "I would buy this {t} again at once."), (0, "I sent the {t} back after {n} days."), (1, "The {a} alone makes this {t} worth it."),
                  (0, "The {t} broke within {n} days."), (1, "Everyone at home fights over the {t}."), (0, "The {t} now gathers dust in the cellar.")],
        "negation": [(0, "This {t} is not {g}."), (1, "This {t} is not {b} at all."), (0, "I cannot call the {t} {g}."), (1, "There is nothing {b} about this {t}."),
                     (0, "The {a} was never {g}."), (1, "I have not had a single problem with the {t}."), (0, "No one here thinks the {t} is {g}."),
                     (0, "It is not a {g} {t}, and the {a} is not {g} either."), (1, "It is not a {b} {t}, and the {a} is not {b} either."),
                     (0, "The {t} isn't {g}."), (1, "The {t} isn't {b}."), (1, "I never found the {t} {b}."), (0, "I never found the {t} {g}."),
                     (0, "Without a {g} {a} this {t} makes no sense."), (1, "I do not regret the {t}."), (0, "I do not want this {t} any more.")],
        "mixed": [(1, "The {a} is {b}, but all in all the {t} is {g}."), (0, "The {a} is {g}, but all in all the {t} is {b}."),
                  (1, "I feared it would be {b}, yet the {t} won me over."), (0, "I hoped for something {g}, yet the {t} let me down."),
                  (1, "Despite a {b} {a} I love the {t}."), (0, "Despite a {g} {a} I regret the {t}."),
                  (1, "At first the {t} seemed {b}; now I find it {g}."), (0, "At first the {t} seemed {g}; now I find it {b}."),
                  (1, "The {a} is {b}, though I would not give the {t} away."), (0, "The {a} is {g}, though I would gladly give the {t} away.")],
        "sarcasm": [(0, "Oh, {g}, another {t} that dies after {n} days."), (0, "A {g} {t}, if you enjoy waiting for repairs."),
                    (0, "Thanks for the {g} {t}, my bin loves it.")],
    },
    "valid": {
        "plain": [(None, "Simply {w}, this {t}."), (None, "I found the {a} of the {t} {w}."), (1, "The {t} does its job day after day."), (0, "The {t} stopped working on day {n}.")],
        "negation": [(0, "The {t} is hardly {g}."), (1, "It would be wrong to call the {t} {b}."), (0, "I do not see what is {g} about it.")],
        "mixed": [(1, "A {b} {a} aside, the {t} makes me happy."), (0, "A {g} {a} aside, the {t} makes me angry.")],
        "sarcasm": [(0, "How {g}: the {t} came in {n} pieces.")],
    },
    "test": {
        "plain": [(None, "{W} {t}, that is all I can say."), (None, "My verdict on the {t} after {n} months: {w}."), (None, "Rarely have I owned such a {w} {t}."),
                  (1, "I gave a second {t} to my parents."), (0, "I want my money back for this {t}."), (1, "Five stars for the {t}."), (0, "One star for the {t} is generous.")],
        "negation": [(0, "Nobody could describe this {t} as {g}."), (1, "You will not find a {b} spot on this {t}."), (0, "The {a} is anything but {g}."),
                     (1, "Neither the {a} nor the {c} is {b}."), (0, "I would not recommend the {t} to anyone.")],
        "mixed": [(1, "Yes, the {a} is {b}. Still, I keep reaching for the {t}."), (0, "Yes, the {a} is {g}. Still, I avoid the {t}."),
                  (1, "The {c} could be less {b}, and even so the {t} is my best purchase this year."), (0, "The {c} may be {g}, and even so the {t} is a waste of money.")],
        "sarcasm": [(0, "A {g} way to lose {n} euros, this {t}."), (0, "Wow, the {t} even survived one evening. How {g}.")],
    },
    "shift": {
        "plain": [(None, "Our {t} was {w} from start to end."), (None, "We remember the {t} as {w}."), (None, "{W} {a}, {w} {t}."),
                  (1, "We have already booked the {t} for next year."), (0, "We left the {t} a day early."), (1, "The children ask when we go back."), (0, "Save yourself the {t} and stay at home.")],
        "negation": [(0, "We did not find the {t} {g}."), (1, "At no time was the {t} {b}."), (0, "The {a} was far from {g}."), (1, "We could not complain about the {a} even once."),
                     (0, "Not even the {a} was {g}.")],
        "mixed": [(1, "The {a} was {b}, which we forgot as soon as the {t} began."), (0, "The {a} was {g}, which could not save the {t}."),
                  (1, "With a {b} {a} and a {g} crew, the {t} was worth every cent."), (0, "With a {g} {a} and a {b} crew, the {t} was not worth a cent.")],
        "sarcasm": [(0, "{G}, if you like to sleep beside a motorway: our {t}."), (0, "The {t} was so {g} that we cried, though not for joy.")],
    },
}
TAILS = {
    "train": ["", "", "I ordered it in March.", "It came in a brown box.", "I use it every morning.", "My old one was from another firm."],
    "valid": ["", "Bought as a gift.", "Mine is the blue one."],
    "test": ["", "It stands in the hall.", "A friend had told me about it.", "I paid by card."],
    "shift": ["", "We were four people.", "We went in June.", "The weather played no part."],
}


def fill(rng, split, kind, label):
    fitting = [pattern for wanted, pattern in PATTERNS[split][kind] if wanted in (label, None)]
    pattern = rng.choice(fitting)
    good, bad = (GOOD, BAD) if split in ("train", "valid") else (GOOD + MORE_GOOD, BAD + MORE_BAD)
    aspects = AWAY_ASPECTS if split == "shift" else ASPECTS
    a, c = rng.sample(aspects, 2)
    g, b = rng.choice(good), rng.choice(bad)
    w = g if label else b
    thing = rng.choice(AWAY if split == "shift" else HOME)
    text = pattern.format(t=thing, g=g, G=g.capitalize(), b=b, w=w, W=w.capitalize(), a=a, c=c, n=rng.randint(2, 90))
    for word in sorted(good + bad + aspects):      # "a excellent" -> "an excellent"
        if word[0] in "aeiou":
            text = text.replace(f" a {word}", f" an {word}").replace(f"A {word}", f"An {word}")
    tail = rng.choice(TAILS[split])
    parts = [text, tail] if rng.random() < 0.7 else [tail, text]
    return thing, " ".join(part for part in parts if part)


def rows():
    rng = random.Random(SEED)
    out, seen = [], set()
    for split, size in SIZES.items():
        made = 0
        while made < size:
            kind = rng.choices(list(SHARES), SHARES.values())[0]
            label = 0 if kind == "sarcasm" else int(rng.random() < 0.55)
            thing, text = fill(rng, split, kind, label)
            if text not in seen:
                seen.add(text)
                out.append([f"r{len(out) + 1:04}", split, label, kind, thing, text])
                made += 1
    return out


def main(folder):
    with open(Path(folder) / "reviews-mini.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "split", "label", "kind", "product", "text"])
        out.writerows(rows())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
