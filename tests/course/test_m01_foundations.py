"""Worked numbers of Module 1."""

from course import Worked

DATA = [(1, 2), (2, 3), (3, 5)]
N = 8.03e9
PRETRAINING = 6 * N * 20 * N
SFT = 6 * N * 1e6
SPEED = 2e14


def gradient(w):
    return 2 / 3 * sum(x * (w * x - y) for x, y in DATA)


class Foundations(Worked):
    module = "01-foundations"
    numbers = [
        ("02-one-map-of-terms", r"So $C = 6 \cdot 8.03 \times 10^9 \cdot 1.606 \times 10^{11} = {}$", PRETRAINING),
        ("02-one-map-of-terms", "| Pretraining | 160.6 billion | 7.74 × 10²¹ | {} days |", PRETRAINING / SPEED / 86400),
        ("02-one-map-of-terms", "| Continued pretraining | 1 billion | 4.82 × 10¹⁹ | {} hours |", 6 * N * 1e9 / SPEED / 3600),
        ("02-one-map-of-terms", "| Preference tuning | 1 million | {} | 321 seconds |", 8 * N * 1e6),
        ("02-one-map-of-terms", "| Supervised fine-tuning | 1 million | 4.82 × 10¹⁶ | {} seconds |", SFT / SPEED),
        ("02-one-map-of-terms", "Pretraining needs {} times the operations of this SFT job", PRETRAINING / SFT),
    ]
    keys = {
        "m01-q2": lambda w, lr: w - lr * gradient(w),
        "m01-q8": lambda n, d, e: 6 * n * 1e9 * d * 1e6 * e / SPEED,
    }
