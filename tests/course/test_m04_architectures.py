"""Worked numbers of Module 4."""

import math
import unittest

from course import Worked

L1, L2, L3, L4, L5, L6 = (
    "01-rnn-and-lstm", "02-attention-by-hand", "03-how-transformers-removed-the-limits", "04-bert-gpt-t5", "05-inside-a-modern-block",
    "06-after-attention",
)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def softmax(scores):
    parts = [math.exp(score) for score in scores]
    return [part / sum(parts) for part in parts]


def cache(layers, heads, size, bytes_each=2):
    """Bytes of the KV cache for one token."""
    return 2 * layers * heads * size * bytes_each


def share(d, n):
    return 100 * n / (6 * d + n)


# one number as a state: h_t = tanh(0.9 h_(t-1) + x_t)
H1 = math.tanh(1)
H2 = math.tanh(0.9 * H1)
H3 = math.tanh(0.9 * H2)
BACK = [0.9 * (1 - h * h) for h in (H3, H2)]
CELL = sigmoid(2) * 0.8 + sigmoid(0) * math.tanh(1)

# three tokens
QUERY, KEYS, VALUES = (2, 2, 0, 0), [(1, 1, 0, 0), (1, 0, 1, 0), (0, 0, 1, 1)], [(1, 0), (0, 1), (1, 1)]
SCORES = [sum(q * k for q, k in zip(QUERY, key)) / math.sqrt(4) for key in KEYS]
WEIGHTS = softmax(SCORES)
MIX = [sum(w * value[i] for w, value in zip(WEIGHTS, VALUES)) for i in (0, 1)]
BIG = softmax([16, 8, 0])

# the shapes of Llama-3-8B and Mixtral 8x7B
WIDTH, INNER, LAYERS = 4096, 14336, 32
ATTENTION = 2 * WIDTH * WIDTH + 2 * WIDTH * 1024
EXPERT = 3 * WIDTH * INNER
BLOCK = ATTENTION + EXPERT + 2 * WIDTH
LLAMA = LAYERS * BLOCK + 2 * 128256 * WIDTH + WIDTH
MIXTRAL, ACTIVE = (LAYERS * (ATTENTION + n * EXPERT + 8 * WIDTH + 2 * WIDTH) + 2 * 32000 * WIDTH + WIDTH for n in (8, 2))
LLAMA_CACHE = cache(32, 8, 128)

VECTOR = (2, 4, 4, 8)
MEAN = sum(VECTOR) / 4
DEVIATION = math.sqrt(sum((v - MEAN) ** 2 for v in VECTOR) / 4)

HIDDEN = 0.15 * 512
ENCODER, CHAT = 2 * 110e6 * 200, 2 * 8.03e9 * 505

STATE = 64 * 5120 * 16 * 2
GROWS = 2 * 32 * 2560 * 2
JAMBA = cache(4, 8, 128)


def join(first, second):
    return first[0] * second[0], second[0] * first[1] + second[1]


STEPS = [(0.5, 1), (0.5, 2), (0.1, 4), (1, 1)]
ROUND = [join(*STEPS[:2]), join(*STEPS[2:])]


class Architectures(Worked):
    module = "04-architectures"
    numbers = [
        # lesson 1
        (L1, "$h_1 = \\tanh(1) = {}$", H1),
        (L1, "$h_2 = \\tanh(0.9 \\cdot 0.762) = {}$", H2),
        (L1, "$h_3 = \\tanh(0.9 \\cdot 0.595) = {}$", H3),
        (L1, "$0.9 \\cdot (1 - 0.490^2) = {}$", BACK[0]),
        (L1, "$0.9 \\cdot (1 - 0.595^2) = {}$", BACK[1]),
        (L1, "$0.684 \\cdot 0.581 = {}$", BACK[0] * BACK[1]),
        (L1, "0.9^{100} = {} \\qquad", 0.9**100),
        (L1, "1.1^{100} = {}$$", 1.1**100),
        (L1, "With 0.99 it stays near one, at {}.", 0.99**100),
        (L1, "With 0.9 it falls to {}.", 0.9**100),
        (L1, "$n > 4.605 / 0.223 = {}$", math.log(0.01) / math.log(0.8)),
        (L1, "$f = \\sigma(2) = {}$", sigmoid(2)),
        (L1, "$o = \\sigma(1) = {}$", sigmoid(1)),
        (L1, "$g = \\tanh(1) = {}$", math.tanh(1)),
        (L1, "$0.881 \\cdot 0.8 + 0.5 \\cdot 0.762 = {}$", CELL),
        (L1, "$0.731 \\cdot \\tanh(1.085) = {}$", sigmoid(1) * math.tanh(CELL)),
        (L1, "$0.99^{100} = {}$", 0.99**100),
        (L1, "$\\ln 0.5 / \\ln f$ steps: {} steps", math.log(0.5) / math.log(sigmoid(2))),
        (L1, "but {} for $f = 0.99$", math.log(0.5) / math.log(0.99)),
        (L1, "4 \\cdot (1,150 \\cdot 1,550 + 1,150) = {}$", 4 * (1150 * (400 + 1150) + 1150)),
        (L1, "That is {}% fewer errors", 100 * (5.9 - 4.6) / 5.9),
        (L1, "(1 + 0.5 \\cdot 31) / 32 = {}$", 0.01 * (1 + 0.5 * 31) / 32),
        # lesson 2
        (L2, "The sum is {}.", sum(math.exp(score) for score in SCORES)),
        (L2, "The weights are {}, 0.245 and 0.090.", WEIGHTS[0]),
        (L2, "The weights are 0.665, {} and 0.090.", WEIGHTS[1]),
        (L2, "The weights are 0.665, 0.245 and {}.", WEIGHTS[2]),
        (L2, "0.090 \\cdot 1 = {}$. Second", MIX[0]),
        (L2, "Second: $0.665 \\cdot 0 + 0.245 \\cdot 1 + 0.090 \\cdot 1 = {}$", MIX[1]),
        (L2, "Row table: {}, 0.731", softmax([1, 2])[0]),
        (L2, "Row table: 0.269, {}, then", softmax([1, 2])[1]),
        (L2, "The weights are 2.718 / 6.437 = {}, again", softmax([1, 1, 0])[0]),
        (L2, "and 1 / 6.437 = {}.", softmax([1, 1, 0])[2]),
        (L2, "Softmax of the scores 16, 8 and 0 is {}, 0.0003", BIG[0]),
        (L2, "16, 8 and 0 is 0.9997, {} and", BIG[1]),
        (L2, "the slope for the first weight is $0.665 \\cdot 0.335 = {}$", WEIGHTS[0] * (1 - WEIGHTS[0])),
        (L2, "For $D = 4096$ that is {}.", 4 * 4096**2),
        (L2, "2 · 4096 · 1024 = {}.", ATTENTION),
        (L2, "| 1,024 | {} | 2.1 MB |", 1024**2),
        (L2, "| 4,096 | {} | 33.6 MB |", 4096**2),
        (L2, "| 4,096 | 16,777,216 | {} MB |", 2 * 4096**2 / 1e6),
        (L2, "| 32,768 | 1,073,741,824 | {} GB |", 2 * 32768**2 / 1e9),
        (L2, "2 · 32 · 8 · 128 · 2 bytes = {} bytes", LLAMA_CACHE),
        (L2, "At 8,192 tokens that is {} GB for one user.", 8192 * LLAMA_CACHE / 1e9),
        (L2, "With 32 key-value heads it would be {} GB.", 8192 * cache(32, 32, 128) / 1e9),
        # lesson 3
        (L3, "$1,000 + 4 - 1 = {}$ steps", 1000 + 4 - 1),
        (L3, "0.4 / 3,600 = {}$ hours", 100_000 * 0.4 / 3600),
        (L3, "For $d = 4,096$ and 512 tokens it is {}%.", share(4096, 512)),
        (L3, "$n = 6 \\cdot 4,096 = {}$ tokens", 6 * 4096),
        (L3, "{} percent at 4,096, 50", share(4096, 4096)),
        (L3, "50 percent at 24,576 and {} percent at 131,072", share(4096, 131072)),
        (L3, "lies to the left: 50 percent at {}.", 6 * 1024),
        (L3, "$0.1^{32} = 10^{{}}$ of the gradient", math.log10(0.1**32)),
        # lesson 4
        (L4, "Encoder: every cell is filled, {}.", 7 * 7),
        (L4, "on and below the diagonal are filled, {}.", 7 * 8 / 2),
        (L4, "everything on and left of the diagonal, {}.", 7 * 8 / 2 + 4 * 3 / 2),
        (L4, "each position but the last: {} predictions", 512 - 1),
        (L4, "$0.15 \\cdot 512 = {}$ predictions", HIDDEN),
        (L4, "$76.8 / 3 = {}$ gaps", HIDDEN / 3),
        (L4, "$512 - 76.8 + 25.6 = {}$ tokens", 512 - HIDDEN + HIDDEN / 3),
        (L4, "$76.8 + 25.6 = {}$.", HIDDEN + HIDDEN / 3),
        (L4, "the decoder gets {} times as many targets", 511 / HIDDEN),
        (L4, "$0.15 \\cdot 2,048 = {}$", 0.15 * 2048),
        (L4, "\\cdot 200 = {}$", ENCODER),
        (L4, "\\cdot 505 = {}$", CHAT),
        (L4, "The ratio is {}. If", CHAT / ENCODER),
        (L4, "tokens are left, and the ratio is {}.", 2 * 8.03e9 * 205 / ENCODER),
        (L4, "that needs no instructions, it is {}.", 2 * 0.5e9 * 205 / ENCODER),
        (L4, "operations, {} times as much as the small encoder", 8.03e9 / 110e6),
        # lesson 5
        (L5, "The result is (0.4, 0.8, 0.8, {}).", 8 / math.sqrt(sum(v * v for v in VECTOR) / 4)),
        (L5, "LayerNorm gives ({}, −0.229", (2 - MEAN) / DEVIATION),
        (L5, "(−1.147, {}, −0.229", (4 - MEAN) / DEVIATION),
        (L5, "−0.229, {}) for the same vector: its mean", (8 - MEAN) / DEVIATION),
        (L5, "Their product is $\\cos(2.5 - 1.5) = \\cos(1) = {}$", math.cos(0.5 * 5 - 0.5 * 3)),
        (L5, "Again $\\cos(1) = {}$", math.cos(0.5 * 105 - 0.5 * 103)),
        (L5, "so the score is $\\cos(1) = {}$", math.cos(0.25 * 12 - 0.25 * 8)),
        (L5, "with $b = 10,000$ needs {} tokens", 2 * math.pi * 10_000 ** (126 / 128)),
        (L5, "Llama 3 uses $b = 500,000$: {} million tokens", 2 * math.pi * 500_000 ** (126 / 128) / 1e6),
        (L5, "$\\text{SiLU}(2) = 2 \\cdot 0.881 = {}$", 2 * sigmoid(2)),
        (L5, "$1.762 \\cdot 3 = {}$", 2 * sigmoid(2) * 3),
        (L5, "\\cdot 3 = {}$: nearly closed", -2 * sigmoid(-2) * 3),
        (L5, "for $d = 4,096$ that is {}.", 8 / 3 * 4096),
        (L5, "needs {} bytes per token, a quarter", LLAMA_CACHE),
        (L5, "With 32 heads: 4.3, 17.2 and {}.", 131072 * cache(32, 32, 128) / 1e9),
        (L5, "With 8 heads: 1.1, 4.3 and {}.", 131072 * LLAMA_CACHE / 1e9),
        (L5, "With 1 head: 0.13, 0.54 and {}.", 131072 * cache(32, 1, 128) / 1e9),
        (L5, "A line marks the {} gigabytes of the weights", 2 * LLAMA / 1e9),
        (L5, "one user's cache ({} GB)", 131072 * LLAMA_CACHE / 1e9),
        (L5, "2 bytes each, that is {} bytes per token", (512 + 64) * 60 * 2),
        (L5, "`q_proj`, `k_proj`, `v_proj`, `o_proj` | {} | yes", ATTENTION),
        (L5, "`gate_proj`, `up_proj`, `down_proj` | {} | yes", EXPERT),
        (L5, "`post_attention_layernorm` | {} |", 2 * WIDTH),
        (L5, "| 32 blocks | | {} | |", LAYERS * BLOCK),
        (L5, "`lm_head` | {} |", 2 * 128256 * WIDTH),
        (L5, "| **all** | | **{}** | |", LLAMA),
        (L5, "$176,160,768 / 218,112,000 = {}$%", 100 * EXPERT / BLOCK),
        (L5, "leaves the whole feed-forward part alone, {}% of each block", 100 * EXPERT / BLOCK),
        (L5, "$67,108,864 + 176,160,768 + 8,192 = {}$", 4 * WIDTH**2 + EXPERT + 2 * WIDTH),
        (L5, "so attention is {}% of it", 100 * 4 * WIDTH**2 / (4 * WIDTH**2 + EXPERT + 2 * WIDTH)),
        (L5, "of it, instead of {}%.", 100 * ATTENTION / BLOCK),
        (L5, "$e^2 / (e^2 + e^1) = {}$", softmax([2, 1])[0]),
        (L5, "= 0.731$ and {}. The output", softmax([2, 1])[1]),
        (L5, "Llama-3-8B: attention 41,943,040 and one feed-forward 176,160,768 per block all {}, working", LLAMA),
        (L5, "all {}, working on a token 12,879,925,248 (28%)", MIXTRAL),
        (L5, "all 46,702,792,704, working on a token {} (28%)", ACTIVE),
        (L5, "working on a token 12,879,925,248 ({}%)", 100 * ACTIVE / MIXTRAL),
        (L5, "Memory is paid for {} billion parameters", MIXTRAL / 1e9),
        (L5, "billion parameters, {} GB in 16 bits", 2 * MIXTRAL / 1e9),
        (L5, "Work is paid for {} billion.", ACTIVE / 1e9),
        (L5, "$2 \\cdot 24 \\cdot 2 \\cdot 128 \\cdot 2 = {}$ bytes", cache(24, 2, 2048 // 16)),
        # lesson 6
        (L6, "$h_2 = 0.5 \\cdot 1 + 2 = {}$", join(*STEPS[:2])[1]),
        (L6, "$h_4 = 1 \\cdot 4.25 + 1 = {}$", join(*ROUND)[1]),
        (L6, "round 1: ({}, 2.5)", ROUND[0][0]),
        (L6, "and (0.1, {}). Round 2", ROUND[1][1]),
        (L6, "$b = 0.1 \\cdot 2.5 + 5 = {}$", join(*ROUND)[1]),
        (L6, "these two join to {}, 5.25", join(*ROUND)[0]),
        (L6, "(0.45, {})$", join((0.9, 1), (0.5, 4))[1]),
        (L6, "$0.45 \\cdot 10 + 4.5 = {}$", 0.45 * 10 + 4.5),
        (L6, "$0.99^{100} = {}$", 0.99**100),
        (L6, "$64 \\cdot 5,120 \\cdot 16 \\cdot 2 = {}$ bytes", STATE),
        (L6, "$2 \\cdot 32 \\cdot 2,560 \\cdot 2 = {}$ bytes", GROWS),
        (L6, "The two are equal at {} tokens.", STATE / GROWS),
        (L6, "At 8,192 tokens the cache is {} GB", 8192 * GROWS / 1e9),
        (L6, "2.68 GB, {} times the state", 8192 * GROWS / STATE),
        (L6, "2,176 tokens per user, that is {} users", 40e9 // (2176 * GROWS)),
        (L6, "users against {}.", 40e9 // STATE),
        (L6, "the Transformer would serve {} users", 40e9 // (2176 * GROWS / 4)),
        (L6, "so guessing gives {}%", 100 / 256),
        (L6, "$2 \\cdot 4 \\cdot 8 \\cdot 128 \\cdot 2 = {}$ bytes per token", JAMBA),
        (L6, "At 262,144 tokens that is {} GB.", 262144 * JAMBA / 1e9),
        (L6, "With attention in all 32 layers it would be {} GB.", 262144 * 8 * JAMBA / 1e9),
        (L6, "the pairs are {}% of the work at 512 tokens", share(4096, 512)),
        (L6, "Hybrids have attention in only {}% of the layers", 100 * 4 / 32),
    ]
    keys = {
        "m04-q1": lambda a, b, c: softmax([a, b, c])[0],
        "m04-q7": lambda f, n: 100 * f**n,
        "m04-q13": lambda l, h: cache(l, h, 128),
        "m04-x2": lambda a, b: a * (a + 1) / 2 + b * (b + 1) / 2,
        "m04-x3": lambda d, n: share(d, n),
    }


if __name__ == "__main__":
    unittest.main()
