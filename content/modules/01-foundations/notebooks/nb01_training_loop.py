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
# # The training loop, from one weight to a small network
#
# You will do four things with one loop:
#
# 1. fit one weight, and get the numbers of the lesson;
# 2. train a small network on noisy pictures of letters;
# 3. start from that network on a new task with few labels. That is fine-tuning in miniature;
# 4. hand the gradients to PyTorch, and see that the loop stays the same.
#
# **What it needs:** Python 3.11 or later, NumPy and PyTorch. No GPU, no network, no account. It takes about ten seconds. The data are in [glyphs.csv](../data/glyphs.csv) (720 pictures of 9 × 9 pixels that we drew ourselves, CC BY 4.0). Every result here is a **toy result**: it shows the mechanism, not what a large model would score.

# %%
NEEDS = {"numpy": "numpy==2.4.6", "torch": "torch==2.15.0"}
DATA = ["glyphs.csv"]

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
import csv
import platform

import numpy as np

SEEDS = {"tiny": 5, "small": 20, "gpu": 20}[SCALE]      # runs behind each number of part 4; nothing here needs a GPU
print("Python", ".".join(platform.python_version_tuple()[:2]), "| NumPy", np.__version__)

# %% [markdown]
# ## 1. One weight
#
# The model is $\hat{y} = w \cdot x$. The data are (1, 2), (2, 3) and (3, 5). The loss is the mean squared error. Its gradient tells which way the loss rises, so each step goes the other way.

# %%
x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 5.0])

def loss_of(w):
    return np.mean((w * x - y) ** 2)

def gradient_of(w):
    return np.mean(2 * x * (w * x - y))

def descend(lr, steps, w=0.0):
    losses = [loss_of(w)]
    for _ in range(steps):
        w -= lr * gradient_of(w)
        losses.append(loss_of(w))
    return w, losses

print(f"w = 0: loss {loss_of(0.0):.3f}, gradient {gradient_of(0.0):.3f}")
w_one, _ = descend(0.1, 1)
print(f"one step at learning rate 0.1: w {w_one:.3f}, loss {loss_of(w_one):.3f}\n")
print("learning rate   loss after 1, 5 and 20 steps")
for lr in (0.01, 0.1, 0.2, 0.22):
    losses = descend(lr, 20)[1]
    print(f"{lr:>13}   {losses[1]:8.3f} {losses[5]:8.3f} {losses[20]:8.3f}")

# %% [markdown]
# ## 2. The data, and three parts of it
#
# A model is always judged on examples it has not seen. So we split before anything else. The **training** part moves the weights. The **validation** part is for choices, such as when to stop. The **test** part is opened once, at the end.

# %%
with open(find_data("glyphs.csv"), newline="", encoding="utf-8") as file:
    rows = list(csv.reader(file))[1:]
part = np.array([row[0] for row in rows])
label = np.array([row[1] for row in rows])
pixels = np.array([row[2:] for row in rows], float) / 9      # 0 is empty, 1 is full ink

def task(name):
    names, codes = np.unique(label[part == name], return_inverse=True)
    return pixels[part == name], codes, names

X, t, letters = task("letters")
train, valid, test = np.split(np.random.default_rng(0).permutation(len(t)), [300, 390])
print(len(t), "letters of", len(letters), "kinds:", len(train), "train,", len(valid), "validation,", len(test), "test")
for row in X[train[0]].reshape(9, 9):
    print("   ", "".join(" .:*#"[int(v * 4.99)] for v in row))
print("label:", letters[t[train[0]]])

# %% [markdown]
# ## 3. The same loop for a network
#
# Now there are 64 hidden units and one output for each letter. The loss is cross-entropy. The gradient comes from the chain rule (backpropagation). The loop has not changed: forward, loss, backward, update. `body` scales the update of the hidden layer; with 0 that layer is frozen.

# %%
def new_network(rng, inputs, hidden, outputs):
    return [rng.normal(0, np.sqrt(2 / inputs), (inputs, hidden)), np.zeros(hidden),
            rng.normal(0, 0.1, (hidden, outputs)), np.zeros(outputs)]

def forward(net, X):
    hidden = np.maximum(0, X @ net[0] + net[1])
    scores = hidden @ net[2] + net[3]
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, odds / odds.sum(axis=1, keepdims=True)

def evaluate(net, X, t):
    chance = forward(net, X)[1]
    return -np.mean(np.log(chance[np.arange(len(t)), t] + 1e-12)), np.mean(chance.argmax(axis=1) == t)

def train_epoch(net, X, t, rng, lr=0.2, batch=16, body=1.0):
    order = rng.permutation(len(t))
    for start in range(0, len(t), batch):
        pick = order[start:start + batch]
        hidden, chance = forward(net, X[pick])                   # forward
        error = chance.copy()                                    # gradient of the loss
        error[np.arange(len(pick)), t[pick]] -= 1
        error /= len(pick)
        back = (error @ net[2].T) * (hidden > 0)                 # backward
        net[2] -= lr * hidden.T @ error                          # update
        net[3] -= lr * error.sum(axis=0)
        net[0] -= lr * body * X[pick].T @ back
        net[1] -= lr * body * back.sum(axis=0)

rng = np.random.default_rng(0)
source = new_network(rng, 81, 64, len(letters))
history = [(0, *evaluate(source, X[train], t[train]), *evaluate(source, X[valid], t[valid]))]
for epoch in range(1, 101):
    train_epoch(source, X[train], t[train], rng)
    history.append((epoch, *evaluate(source, X[train], t[train]), *evaluate(source, X[valid], t[valid])))
print("epoch   train loss  accuracy   validation loss  accuracy")
for epoch in (0, 1, 10, 20, 40, 60, 100):
    _, a, b, c, d = history[epoch]
    print(f"{epoch:>5}   {a:10.3f}  {b:8.2f}   {c:15.3f}  {d:8.2f}")
test_accuracy = evaluate(source, X[test], t[test])[1]
best = min(history, key=lambda row: row[3])
print(f"lowest validation loss: {best[3]:.3f} at epoch {best[0]}")
print(f"test accuracy, opened once: {test_accuracy:.2f} (guessing: {1 / len(letters):.2f})")

# %% [markdown]
# ## 4. A new task, few labels: three ways to start
#
# The digits are a new task. We train on 5, 10 or 20 pictures of each digit, always with the same loop and the same number of epochs:
#
# - **scratch**: random weights;
# - **frozen**: the hidden layer comes from the letters and stays; only a new head is trained (feature extraction);
# - **tuned**: the hidden layer comes from the letters and moves too (full fine-tuning).
#
# One run proves little, so each number is the mean of several seeds.

# %%
D, d, digits = task("digits")

def run(seed, start, shots):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(d))
    pool, held_out = order[:140], order[140:]
    few = np.concatenate([pool[d[pool] == kind][:shots] for kind in range(len(digits))])
    net = new_network(rng, 81, 64, len(digits))
    if start != "scratch":
        net[0], net[1] = source[0].copy(), source[1].copy()
    for _ in range(100):
        train_epoch(net, D[few], d[few], rng, batch=8, body=0.0 if start == "frozen" else 1.0)
    return evaluate(net, D[held_out], d[held_out])[1]

table = {}
print("labels per digit   scratch        frozen         tuned      (accuracy, mean ± sd of", SEEDS, "seeds)")
for shots in (5, 10, 20):
    line = f"{shots:>16}"
    for start in ("scratch", "frozen", "tuned"):
        runs = [run(seed, start, shots) for seed in range(SEEDS)]
        table[start, shots] = np.mean(runs)
        line += f"   {np.mean(runs):.2f} ± {np.std(runs, ddof=1):.2f}"
    print(line)

# %% [markdown]
# ## 5. The same loop in PyTorch
#
# So far you wrote the gradients by hand. PyTorch records what the forward pass computes and derives them: that is `loss.backward()`. The optimizer does the update, `step()`, and clears the gradients, `zero_grad()`. Forward, loss, backward, update: first for the one weight of part 1, then for the network of part 3, which starts from the same random weights.

# %%
import torch

torch.manual_seed(0)
torch.set_num_threads(1)

w = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
xs, ys = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
loss = ((w * xs - ys) ** 2).mean()                              # forward, loss
loss.backward()                                                 # backward
print(f"PyTorch's gradient {w.grad.item():.3f}, by hand {gradient_of(0.0):.3f}")
optimizer.step()                                                # update
print(f"PyTorch's weight {w.item():.3f}, by hand {w_one:.3f}")

start = new_network(np.random.default_rng(0), 81, 64, len(letters))
net = torch.nn.Sequential(torch.nn.Linear(81, 64), torch.nn.ReLU(), torch.nn.Linear(64, len(letters)))
with torch.no_grad():
    for layer, weights, bias in ((net[0], start[0], start[1]), (net[2], start[2], start[3])):
        layer.weight.copy_(torch.tensor(weights.T))
        layer.bias.copy_(torch.tensor(bias))
inputs, targets = torch.tensor(X, dtype=torch.float32), torch.tensor(t)
optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
for epoch in range(60):
    for pick in torch.tensor(train)[torch.randperm(len(train))].split(16):
        loss = torch.nn.functional.cross_entropy(net(inputs[pick]), targets[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
with torch.no_grad():
    torch_accuracy = (net(inputs[valid]).argmax(dim=1) == targets[valid]).double().mean().item()
print(f"validation accuracy after 60 epochs: PyTorch {torch_accuracy:.2f}, by hand {history[60][4]:.2f}")

# %% [markdown]
# ## Exercises
#
# 1. **Change one thing.** Set the learning rate of part 1 to 0.21, then to 0.215. Where does the loss stop falling? Compare with $2 / 9.333$, where 9.333 is how fast the gradient changes with $w$.
# 2. **Explain.** In part 3 the validation loss is lowest long before epoch 100, and then it rises while the training loss still falls. What does that tell you about when to stop?
# 3. **Extend.** Swap the roles: train on the digits first, then fine-tune on the letters. Does the gain stay the same? Use five seeds before you answer.
#
# The [solutions](nb01_training_loop_solutions.md) are a file beside this one. The last cell checks the results above. Run it after every change.

# %%
assert abs(loss_of(0.0) - 12.667) < 0.001 and abs(gradient_of(0.0) + 15.333) < 0.001
assert abs(w_one - 1.533) < 0.001 and abs(loss_of(w_one) - 0.127) < 0.001
assert descend(0.22, 20)[1][-1] > descend(0.22, 20)[1][0], "a learning rate this large must diverge"
assert history[-1][1] < 0.1 < history[0][1], "the training loss must fall"
assert test_accuracy > 0.5, "far better than guessing"
assert min(row[3] for row in history) < history[-1][3], "the validation loss rises again: overfitting"
assert table["frozen", 5] > table["scratch", 5] and table["tuned", 5] > table["scratch", 5]
assert abs(w.grad.item() - gradient_of(0.0)) < 1e-4 and abs(w.item() - w_one) < 1e-4
assert abs(torch_accuracy - history[60][4]) < 0.15, "the same loop gives about the same network"
print(f"toy result: with 5 labels per digit, accuracy {table['scratch', 5]:.2f} from scratch, {table['frozen', 5]:.2f} frozen, {table['tuned', 5]:.2f} tuned")
print("all checks passed")
