# ---
# jupyter:
#   course:
#     budget: tiny
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How far back can a network remember?
#
# A recurrent network passes its memory from step to step. Attention looks back directly. You will measure what that changes:
#
# 1. how much of the learning signal from the last step reaches the first one;
# 2. whether three networks can learn to repeat the first token after 40 steps;
# 3. attention by hand for three tokens, and what a causal mask does;
# 4. what the memory of attention costs.
#
# **What it needs:** Python 3.11 or later and PyTorch. No GPU, no network, no account. It takes about half a minute. Every result here is a **toy result**: it shows the mechanism, not what a large model would score.

# %%
NEEDS = {"numpy": "numpy==2.4.6", "torch": "torch==2.15.0"}
DATA = []

# -- the same in every notebook --
import importlib.util
import os
import sys
from pathlib import Path

SCALE = os.environ.get("COURSE_SCALE", "tiny")  # tiny: offline, on a CPU | small: the same for longer | gpu: real sizes, on your GPU
if SCALE != "gpu":
    for name, value in {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}.items():
        os.environ.setdefault(name, value)

def find_data(name):
    """In ../data as in the course, or beside the notebook if you downloaded both."""
    module, _, file = name.rpartition("/")
    places = [Path("..", "..", module, "data", file) if module else Path("..", "data", file), Path(file)]
    return next((place for place in places if place.exists()), None)

missing = [need for module, need in NEEDS.items() if importlib.util.find_spec(module) is None]
alone = [need for need in missing if need.startswith("--no-deps")]
others = [need for need in missing if need not in alone]
advice = [
    (sys.version_info < (3, 11), "Python is older than 3.11: install a newer one, make a new environment with it, and open the notebook there."),
    (others, "Packages are missing: run this in a cell, then restart the kernel:  %pip install " + " ".join(others)),
    (alone, "Packages are missing: run this in a cell, then restart the kernel:  %pip install " + " ".join(alone)),
    *[(find_data(name) is None, "The file " + name + " is missing: download it from the lesson into " + str(Path.cwd())) for name in DATA],
    (SCALE not in ("tiny", "small", "gpu"), "COURSE_SCALE is " + repr(SCALE) + ": set it to tiny, small or gpu, or remove it."),
    (os.name == "nt" and len(str(Path.cwd())) > 120, "This folder's path is too long for Windows: move the notebook to a short one, such as C:\\course."),
    (SCALE == "gpu" and "torch" in NEEDS and not missing and not __import__("torch").cuda.is_available(),
     "COURSE_SCALE is gpu and PyTorch finds no GPU: remove COURSE_SCALE to run the small version on the CPU."),
]
if any(wrong for wrong, _ in advice):
    raise SystemExit("This notebook cannot run yet.\n" + "\n".join("- " + what for wrong, what in advice if wrong))

# %%
import math

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
STEPS = {"tiny": 300, "small": 1500, "gpu": 3000}[SCALE]
DEVICE = "cuda" if SCALE == "gpu" else "cpu"
print("PyTorch", torch.__version__.split("+")[0])

# %% [markdown]
# ## 1. The signal on its way back
#
# Training moves the weights by the gradient. So ask: if the first input changed a little, how much would the last output change? We take fresh networks of 64 units, sequences of random numbers, and the length of the gradient of the last output with respect to the first input. The output is projected on a random direction first.

# %%
class Attend(nn.Module):
    """One layer of attention with the residual connection around it, as in a Transformer block."""

    def __init__(self, width):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        y = self.norm(x)
        return x + self.attention(y, y, y, need_weights=False)[0], None

def signal(make, length, trials=5):
    """The mean over fresh networks of |d (last output, projected) / d (first input)|."""
    total = 0.0
    for trial in range(trials):
        torch.manual_seed(trial)
        net = make()
        x = torch.randn(8, length, 16, requires_grad=True)
        last = net(x)[0][:, -1]
        direction = torch.randn(last.shape[-1])
        gradient, = torch.autograd.grad((last @ direction / direction.norm()).sum(), x)
        total += gradient[:, 0].norm(dim=1).mean().item()
    return total / trials

LENGTHS = (2, 5, 10, 20, 50, 100)
makers = {"RNN": lambda: nn.RNN(16, 64, batch_first=True), "LSTM": lambda: nn.LSTM(16, 64, batch_first=True), "attention": lambda: Attend(16)}
signals = {name: [signal(make, length) for length in LENGTHS] for name, make in makers.items()}
print("length    " + "".join(f"{length:>10}" for length in LENGTHS))
for name, values in signals.items():
    print(f"{name:<10}" + "".join(f"{value:>10.1e}" for value in values))

# %% [markdown]
# Each step of a recurrent network multiplies the signal by a factor. Below 1 it fades: $0.9^{100} = 2.7 \cdot 10^{-5}$. Above 1 it explodes: $1.1^{100} = 1.4 \cdot 10^4$. Read the factor off your own numbers: it is the ratio of two columns, taken to the power of one over the steps between. An LSTM is built to keep the factor near 1 by its forget gate, but a fresh gate is half open, so its signal fades as well. (A zero at length 100 is a number too small for 32 bits.) For attention the distance does not matter: the path from any token to any other has one step. What falls with the length is only its share, since the attention is spread over more tokens.

# %%
def factor(values, a, b):
    """What one step multiplies the signal by, between two lengths."""
    return (values[LENGTHS.index(b)] / values[LENGTHS.index(a)]) ** (1 / (b - a))

for name in ("RNN", "LSTM"):
    print(f"{name}: factor per step {factor(signals[name], 5, 20):.3f}; half of the signal is gone after {math.log(0.5) / math.log(factor(signals[name], 5, 20)):.1f} steps")
print(f"0.9 ** 100 = {0.9 ** 100:.1e}, 1.1 ** 100 = {1.1 ** 100:.1e}")
print(f"attention: {signals['attention'][0]:.2f} at length 2, {signals['attention'][-1]:.3f} at length 100")

# %% [markdown]
# ## 2. Repeat the first token
#
# The input has 40 tokens out of 11 kinds. After the last one the network must name the **first**. Nothing else is asked of it. All three networks get the same number of steps, the same batches in size, and the same optimizer.

# %%
KINDS, LENGTH = 12, 40

def batch(n):
    x = torch.randint(1, KINDS, (n, LENGTH), device=DEVICE)
    return x, x[:, 0]

class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.embed, self.cell, self.head = nn.Embedding(KINDS, 32), kind(32, 64, batch_first=True), nn.Linear(64, KINDS)

    def forward(self, x):
        return self.head(self.cell(self.embed(x))[0][:, -1])

class Attentive(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.embed, self.position, self.head = nn.Embedding(KINDS, width), nn.Embedding(LENGTH, width), nn.Linear(width, KINDS)
        layer = nn.TransformerEncoderLayer(width, 4, 128, 0.0, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, x):
        return self.head(self.layers(self.embed(x) + self.position.weight)[:, -1])

def recall(net, steps=STEPS):
    """Trains it and returns (loss at the end, accuracy on fresh sequences)."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3)
    for _ in range(steps):
        x, y = batch(64)
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    with torch.no_grad():
        x, y = batch(1000)
        return loss.item(), (net(x).argmax(dim=1) == y).float().mean().item()

learned = {}
print(f"guessing: loss {math.log(KINDS - 1):.2f}, accuracy {1 / (KINDS - 1):.2f}; after {STEPS} steps:")
for name, make in (("RNN", lambda: Recurrent(nn.RNN)), ("LSTM", lambda: Recurrent(nn.LSTM)), ("attention", Attentive)):
    torch.manual_seed(0)
    net = make().to(DEVICE)
    loss, learned[name] = recall(net)
    print(f"{name:<10} {sum(p.numel() for p in net.parameters()):>7} parameters   loss {loss:5.2f}   accuracy {learned[name]:.2f}")

# %% [markdown]
# Both recurrent networks still guess: with so faint a signal from step 1, hundreds of updates teach them nothing, and 1,500 do not either. Attention is done. The LSTM is not beaten for good, though: exercise 3 changes 64 numbers of it before training, and then it learns. This is one reason why fine-tuning a recurrent network for long texts never became common, although ULMFiT showed in 2018 that it can work very well on short ones.
#
# ## 3. Attention by hand
#
# Three tokens, two numbers each. Each token asks with a **query**, is found by its **key**, and gives its **value**. Scores are dot products divided by the root of the width; softmax makes them shares.

# %%
def softmax(scores):
    return torch.softmax(torch.tensor(scores, dtype=torch.float64), dim=-1)

print("scores 2, 1, 0 ->", *(f"{share:.3f}" for share in softmax([2.0, 1.0, 0.0]).tolist()))

q = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
k = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
v = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]], dtype=torch.float64)

def attend(q, k, v, causal=False):
    scores = q @ k.T / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).triu(1).bool(), -torch.inf)       # no token sees a later one
    shares = torch.softmax(scores, dim=-1)
    return shares, shares @ v

for causal in (False, True):
    shares, mixed = attend(q, k, v, causal)
    print("\ncausal" if causal else "\neach sees all")
    for i in range(3):
        print(f"  token {i + 1}: shares", *(f"{s:.3f}" for s in shares[i].tolist()), "-> value", *(f"{m:.3f}" for m in mixed[i].tolist()))

library = nn.functional.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0]
print("\nthe same as PyTorch's own:", torch.allclose(attend(q, k, v, causal=True)[1], library))

# %% [markdown]
# ## 4. What it costs
#
# A recurrent network remembers in a state of fixed size. Attention keeps a key and a value of every token, in each layer and for each key-value head: the **KV cache**. For Llama 3 8B (32 layers, 8 key-value heads of 128 numbers, 2 bytes each):

# %%
def cache_bytes(tokens, layers=32, heads=8, width=128, size=2):
    return 2 * layers * heads * width * size * tokens          # 2: a key and a value

print(f"one token: {cache_bytes(1):,} bytes")
for tokens in (1024, 8192, 131072):
    print(f"{tokens:>7,} tokens: {cache_bytes(tokens) / 1e9:6.2f} GB; with 32 key-value heads instead of 8: {cache_bytes(tokens, heads=32) / 1e9:6.2f} GB")
print(f"attention scores of one head at 4,096 tokens, 16 bit: {4096 ** 2 * 2 / 1e6:.1f} MB if all are stored at once")

# %% [markdown]
# ## Exercises
#
# 1. **Change one thing.** Set `LENGTH` to 10 in part 2. Which networks learn the task now? At which length does the LSTM stop learning in 300 steps?
# 2. **Explain.** Take the causal mask of part 3 away while a model is trained to predict the next token. What happens to its training loss, and what to its use?
# 3. **Extend.** Set the forget gate's bias of the LSTM to 3 before training (`cell.bias_ih_l0` holds input, forget, cell and output gates, 64 numbers each). Measure the signal of part 1 again, and the recall of part 2.
#
# The [solutions](nb04_memory_and_attention_solutions.md) are a file beside this one. The last cell checks the results above. Run it after every change.

# %%
assert signals["RNN"][LENGTHS.index(50)] < 1e-8 and signals["LSTM"][LENGTHS.index(50)] < 1e-3, "the signal fades"
assert signals["attention"][-1] > 1e-3, "the distance does not matter to attention, only its share"
assert 0.3 < factor(signals["RNN"], 5, 20) < 0.8
assert learned["attention"] > 0.95 and learned["RNN"] < 0.4 and learned["LSTM"] < 0.6
assert [round(s, 3) for s in softmax([2.0, 1.0, 0.0]).tolist()] == [0.665, 0.245, 0.09]
assert torch.allclose(attend(q, k, v, causal=True)[1], library)
assert cache_bytes(1) == 131072 and round(cache_bytes(8192) / 1e9, 2) == 1.07 and round(cache_bytes(8192, heads=32) / 1e9, 2) == 4.29
print(f"toy result: first of 40 tokens after {STEPS} steps: RNN {learned['RNN']:.2f}, LSTM {learned['LSTM']:.2f}, attention {learned['attention']:.2f}")
print("all checks passed")
