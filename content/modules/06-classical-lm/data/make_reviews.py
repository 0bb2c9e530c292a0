"""Makes reviews.csv: 480 synthetic reviews with their sentence pattern, in two domains. Seed 7. Licence: CC BY 4.0.

Columns: text, label (1 = positive), domain (shop, hotel), kind (plain, negation, mixed), pattern (a number; reviews of one
pattern differ only in the filled words). No shop pattern is a hotel pattern. Run: python make_reviews.py [folder]
"""

import csv
import pathlib
import random
import sys

SHOP = [  # label, kind, pattern; {p} product, {a} part, {t} time
    (1, "plain", "I love this {p}, the {a} is superb."), (1, "plain", "Great {p}, worth every cent."),
    (1, "plain", "The {a} of this {p} is excellent."), (1, "plain", "Best {p} I have owned in {t}."),
    (1, "plain", "After {t} the {p} still runs perfectly."), (1, "plain", "Fast delivery, solid {a}, happy with the {p}."),
    (1, "plain", "My family enjoys the {p} every day."), (1, "plain", "A reliable {p} with a beautiful {a}."),
    (1, "negation", "Not a single problem with the {p} in {t}."), (1, "negation", "I cannot complain about the {a}."),
    (1, "negation", "The {a} never failed in {t}."), (1, "negation", "You will not regret buying this {p}."),
    (1, "negation", "No noise, no trouble: the {p} just works."), (1, "negation", "It did not disappoint me, not even the {a}."),
    (1, "mixed", "The {a} looks cheap, but the {p} is fantastic."), (1, "mixed", "Poor manual, yet I would buy the {p} again."),
    (1, "mixed", "I expected trash and got a wonderful {p}."), (1, "mixed", "Delivery was slow; the {p} itself is a joy."),
    (1, "mixed", "Ugly box, brilliant {p}."), (1, "mixed", "The old {p} was awful, this one is a delight."),
    (0, "plain", "I hate this {p}, the {a} is terrible."), (0, "plain", "Awful {p}, a waste of money."),
    (0, "plain", "The {a} of this {p} is a disaster."), (0, "plain", "Worst {p} I have owned in {t}."),
    (0, "plain", "After {t} the {p} broke."), (0, "plain", "Late delivery, weak {a}, angry about the {p}."),
    (0, "plain", "The {p} gathers dust, it is useless."), (0, "plain", "A fragile {p} with an ugly {a}."),
    (0, "negation", "Not worth the price, this {p}."), (0, "negation", "I cannot recommend the {p}."),
    (0, "negation", "The {a} never worked in {t}."), (0, "negation", "Do not buy this {p}."),
    (0, "negation", "No joy with the {p}: the {a} does not fit."), (0, "negation", "The {p} is not good and not reliable."),
    (0, "mixed", "The {a} looks great, but the {p} is junk."), (0, "mixed", "Nice manual, yet I returned the {p}."),
    (0, "mixed", "I expected a wonderful {p} and got trash."), (0, "mixed", "Delivery was fast; the {p} itself is a pain."),
    (0, "mixed", "Beautiful box, broken {p}."), (0, "mixed", "The old {p} was superb, this one is a letdown."),
]
HOTEL = [
    (1, "plain", "A charming hotel with a spotless {a}."), (1, "plain", "We slept well and the {a} was delicious."),
    (1, "plain", "Friendly staff, quiet rooms, lovely {a}."), (1, "plain", "We will come back to {p}."),
    (1, "negation", "Nothing to complain about in {p}."), (1, "negation", "The {a} was never crowded."),
    (1, "mixed", "The street is loud, but the rooms in {p} are peaceful."), (1, "mixed", "Small room, yet the best {a} of our trip."),
    (0, "plain", "A shabby hotel with a filthy {a}."), (0, "plain", "We could hear every car and the {a} was cold."),
    (0, "plain", "Rude staff, noisy rooms, stale {a}."), (0, "plain", "We left {p} a day early."),
    (0, "negation", "Never again {p}."), (0, "negation", "The {a} was not clean."),
    (0, "mixed", "The view is pretty, but the rooms in {p} are mouldy."), (0, "mixed", "Big room, yet the dirtiest {a} of our trip."),
]
FILL = {
    "shop": {"p": "lamp kettle radio mixer drill fan scale camera heater printer".split(),
             "a": "handle cable display button cover lid switch battery".split(),
             "t": ["two weeks", "a month", "three months", "a year", "ten days"]},
    "hotel": {"p": ["the Anker", "the Linde", "the Old Mill", "the Seaview", "the Station Inn"],
              "a": "breakfast pool bathroom lounge terrace buffet".split(), "t": ["a week"]},
}

draw = random.Random(7)
rows = []
for domain, patterns in (("shop", SHOP), ("hotel", HOTEL)):
    for number, (label, kind, pattern) in enumerate(patterns):
        for _ in range(8 if domain == "shop" else 10):
            words = {slot: draw.choice(choices) for slot, choices in FILL[domain].items()}
            rows.append((pattern.format(**words), label, domain, kind, f"{domain}{number}"))
folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
with open(folder / "reviews.csv", "w", newline="", encoding="utf-8") as file:
    csv.writer(file, lineterminator="\n").writerows([("text", "label", "domain", "kind", "pattern"), *rows])
print(len(rows), "reviews")
