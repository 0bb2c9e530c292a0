"""Writes glyphs.csv: small noisy pictures of letters and digits, drawn from the patterns below.

Run: python make_glyphs.py
Needs numpy. The seed is fixed, so every run writes the same file. Licence of the data: CC BY 4.0.
"""

import csv
import sys
from pathlib import Path

import numpy as np

# 5 wide, 7 tall; each number is one row of pixels, read as five bits.
LETTERS = {
    "A": [14, 17, 17, 31, 17, 17, 17],
    "C": [14, 17, 16, 16, 16, 17, 14],
    "E": [31, 16, 16, 30, 16, 16, 31],
    "F": [31, 16, 16, 30, 16, 16, 16],
    "H": [17, 17, 17, 31, 17, 17, 17],
    "K": [17, 18, 20, 24, 20, 18, 17],
    "L": [16, 16, 16, 16, 16, 16, 31],
    "P": [30, 17, 17, 30, 16, 16, 16],
    "T": [31, 4, 4, 4, 4, 4, 4],
    "U": [17, 17, 17, 17, 17, 17, 14],
    "X": [17, 17, 10, 4, 10, 17, 17],
    "Y": [17, 17, 10, 4, 4, 4, 4],
}
DIGITS = {
    "0": [14, 17, 19, 21, 25, 17, 14],
    "1": [4, 12, 4, 4, 4, 4, 14],
    "2": [14, 17, 1, 2, 4, 8, 31],
    "3": [30, 1, 1, 14, 1, 1, 30],
    "4": [2, 6, 10, 18, 31, 2, 2],
    "7": [31, 1, 2, 4, 8, 8, 8],
}
SIDE = 9          # the picture is 9 x 9 pixels
PER_CLASS = 40


def draw(rows, rng):
    glyph = np.array([[(row >> (4 - x)) & 1 for x in range(5)] for row in rows], float)
    picture = np.zeros((SIDE, SIDE))
    y, x = rng.integers(0, SIDE - 6), rng.integers(0, SIDE - 4)
    keep = rng.random(glyph.shape) > 0.06                       # some ink is missing
    picture[y : y + 7, x : x + 5] = glyph * keep * rng.uniform(0.6, 1.0)
    picture += rng.normal(0, 0.12, picture.shape)               # dirt everywhere
    return np.clip(np.rint(picture * 9), 0, 9).astype(int).ravel()


def main(folder):
    rng = np.random.default_rng(2026)
    rows = []
    for part, patterns in (("letters", LETTERS), ("digits", DIGITS)):
        for label, pattern in patterns.items():
            rows += [[part, label, *draw(pattern, rng)] for _ in range(PER_CLASS)]
    order = rng.permutation(len(rows))
    with open(Path(folder) / "glyphs.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["part", "label"] + [f"p{i}" for i in range(SIDE * SIDE)])
        out.writerows(rows[i] for i in order)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
