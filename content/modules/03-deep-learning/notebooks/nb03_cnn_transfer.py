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
# # Transfer with a small convolutional network
#
# A network learns 23 kinds of printed letters. Then it has to read handwritten digits from 5, 10 or 30 labels of each. You will
#
# 1. build the network and count its weights;
# 2. compare four ways to start: from scratch, frozen body, everything moves, and first the head, then everything;
# 3. see what batch normalization does to a frozen body that is left in training mode.
#
# **What it needs:** Python 3.11 or later, PyTorch, scikit-learn (for its digits), Matplotlib (for its open fonts) and Pillow. No GPU, no network, no account. It takes about a minute. Every result here is a **toy result**: it shows the mechanism, not what a large model would score.

# %%
NEEDS = {"numpy": "numpy==2.4.6", "torch": "torch==2.15.0", "sklearn": "scikit-learn==1.9.1",
         "matplotlib": "matplotlib==3.11.2", "PIL": "pillow==13.0.0"}
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
import copy

import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
SEEDS = {"tiny": 3, "small": 10, "gpu": 20}[SCALE]
STEPS = 150
DEVICE = "cuda" if SCALE == "gpu" else "cpu"
print("PyTorch", torch.__version__.split("+")[0], "| seeds:", SEEDS)

# %% [markdown]
# ## 1. Two tasks
#
# **Source:** letters drawn from the open fonts DejaVu and STIX, tilted, sheared, moved, with noise: 150 of each kind. **Target:** the 1,797 handwritten digits of scikit-learn, enlarged from 8 × 8 to 16 × 16 pixels. The first 800 digits are the pool from which labels are drawn; the other 997 are the test set.

# %%
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"       # without I, O and S, which look like 1, 0 and 5
rng = np.random.default_rng(0)
folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
fonts = sorted(str(f) for f in folder.glob("*.ttf") if f.name.startswith(("DejaVuSans", "DejaVuSerif", "STIXGeneral")) and "Display" not in f.name)

def draw(letter):
    picture = Image.new("L", (32, 32), 0)
    font = ImageFont.truetype(fonts[rng.integers(len(fonts))], int(rng.integers(20, 28)))
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = pen.textbbox((0, 0), letter, font=font)
    pen.text((16 - (left + right) / 2 + rng.uniform(-2, 2), 16 - (top + bottom) / 2 + rng.uniform(-2, 2)), letter, fill=255, font=font)
    shear = (1, rng.uniform(-0.2, 0.2), 0, 0, 1, 0)
    picture = picture.rotate(rng.uniform(-15, 15)).transform((32, 32), Image.Transform.AFFINE, shear).resize((16, 16), Image.Resampling.BILINEAR)
    return np.clip(np.asarray(picture) / 255 * rng.uniform(0.7, 1.2) + rng.normal(0, 0.05, (16, 16)), 0, 1)

source_y = torch.arange(150 * len(LETTERS)) % len(LETTERS)
source_X = torch.tensor(np.stack([draw(LETTERS[i]) for i in source_y]), dtype=torch.float32)[:, None]
pixels, names = load_digits(return_X_y=True)
target_X = nn.functional.interpolate(torch.tensor(pixels / 16, dtype=torch.float32).reshape(-1, 1, 8, 8), size=16, mode="bilinear")
target_y = torch.tensor(names)
source_X, source_y, target_X, target_y = (x.to(DEVICE) for x in (source_X, source_y, target_X, target_y))
pool, test = slice(0, 800), slice(800, None)
print(len(source_X), "letters from", len(fonts), "fonts;", len(target_X), "digits")
for row in range(2, 15, 2):
    print("   ", *("".join(" .:*#"[int(v * 4.99)] for v in picture[0, row].tolist()) for picture in (source_X[0], source_X[1], target_X[0], target_X[1])))

# %% [markdown]
# ## 2. The network
#
# Three blocks of the same kind: convolution 3 × 3, batch normalization, ReLU, and halving by the maximum. Then a linear head. A convolution from 12 to 24 channels has $3 \cdot 3 \cdot 12 \cdot 24 + 24 = 2616$ parameters, however large the picture is.

# %%
class Net(nn.Module):
    def __init__(self, kinds, width=12):
        super().__init__()
        def block(a, b):
            return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2))
        self.body = nn.Sequential(block(1, width), block(width, 2 * width), block(2 * width, 4 * width), nn.Flatten())
        self.head = nn.Linear(16 * width, kinds)

    def forward(self, x):
        return self.head(self.body(x))

def count(module):
    return sum(p.numel() for p in module.parameters())

@torch.no_grad()
def accuracy(net, X, y):
    net.eval()
    return (net(X).argmax(dim=1) == y).float().mean().item()

def train(net, X, y, steps, lr, frozen=False, keep_statistics=True, batch=32):
    moving = net.head.parameters() if frozen else net.parameters()
    optimizer = torch.optim.AdamW(moving, lr=lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    net.train()
    if frozen and keep_statistics:
        net.body.eval()                    # batch normalization uses what it learned, and learns no more
    for _ in range(steps):
        pick = torch.randint(len(X), (min(batch, len(X)),), device=DEVICE)
        loss = nn.functional.cross_entropy(net(X[pick]), y[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()

def pretrained(seed):
    torch.manual_seed(seed)
    net = Net(len(LETTERS)).to(DEVICE)
    train(net, source_X, source_y, 400, 4e-3, batch=64)
    return net

sources = [pretrained(seed) for seed in range(SEEDS)]        # each seed has a body of its own: one body may be good by luck
source = sources[0]
second = source.body[1][0]
print("convolution 12 -> 24:", count(second), "parameters")
print("body:", count(source.body), "| head for 23 letters:", count(source.head), "| head for 10 digits:", count(Net(10).head))
source_accuracy = [accuracy(net, source_X[:1000], source_y[:1000]) for net in sources]
print("letters they were trained on:", *(f"{value:.3f}" for value in source_accuracy))

# %% [markdown]
# ## 3. Four ways to start
#
# Each seed has its own pretrained body and draws its own labels; all four ways share them. The head is always new. The learning rates are those of the lesson: a new head may take large steps, a pretrained body small ones.

# %%
def with_new_head(source):
    net = copy.deepcopy(source)
    net.head = nn.Linear(net.head.in_features, 10).to(DEVICE)
    return net

def labels(each):
    kinds = target_y[pool]
    return torch.cat([torch.nonzero(kinds == digit)[:, 0][torch.randperm(int((kinds == digit).sum()), device=DEVICE)[:each]] for digit in range(10)])

WAYS = ("scratch", "frozen", "full", "head, then full")
results = {}
for each in (5, 10, 30):
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        few = labels(each)
        X, y = target_X[few], target_y[few]
        nets = {"scratch": Net(10).to(DEVICE), "frozen": with_new_head(sources[seed]), "full": with_new_head(sources[seed])}
        train(nets["scratch"], X, y, STEPS, 2e-3)
        train(nets["frozen"], X, y, STEPS, 1e-2, frozen=True)
        train(nets["full"], X, y, STEPS, 2e-3)
        nets["head, then full"] = copy.deepcopy(nets["frozen"])
        train(nets["head, then full"], X, y, 100, 5e-4)
        for way, net in nets.items():
            results.setdefault((way, each), []).append(accuracy(net, target_X[test], target_y[test]))

print("labels per digit " + "".join(f"{way:>18}" for way in WAYS))
for each in (5, 10, 30):
    print(f"{each:>16} " + "".join(f"{np.mean(results[way, each]):>10.3f} ± {np.std(results[way, each], ddof=1):.3f}" for way in WAYS))
print(f"\naccuracy on 997 digits, mean and standard deviation of {SEEDS} seeds")

# %% [markdown]
# Compare in pairs: within a seed all ways had the same labels, so look at the difference for each seed, and only then at the mean.

# %%
def gaps(way, each, against="scratch"):
    return 100 * (np.array(results[way, each]) - np.array(results[against, each]))

for way in WAYS[1:]:
    for each in (5, 10, 30):
        print(f"{way:>15} - scratch, {each:>2} labels: {gaps(way, each).mean():+5.1f} points   ", " ".join(f"{gap:+.1f}" for gap in gaps(way, each)[:5]))

# %% [markdown]
# Moving everything helps a little, most where labels are few. The frozen body **loses** to a random start on average: the features of printed letters fit pen strokes badly, and a frozen body cannot adapt. Look at its spread, too. One of the three bodies suits the digits by luck, so whoever tries only that one reports the opposite. Three seeds do not settle differences of a point: the lesson on measuring repeats this with twenty.
#
# ## 4. Batch normalization: frozen is more than `requires_grad`
#
# A batch normalization layer keeps a running mean and variance. In training mode it uses the batch's own and moves the running ones, **even if no weight moves**. Frozen weights with moving statistics are a common fault: features change under the head while it learns, and a small batch makes them noisy.

# %%
def statistics(net):
    return net.body[0][1].running_mean.clone()

torch.manual_seed(0)
few = labels(5)
careful, careless = with_new_head(source), with_new_head(source)
before = statistics(careful)
train(careful, target_X[few], target_y[few], STEPS, 1e-2, frozen=True, batch=8)
train(careless, target_X[few], target_y[few], STEPS, 1e-2, frozen=True, keep_statistics=False, batch=8)
moved = {name: (statistics(net) - before).abs().max().item() for name, net in (("careful", careful), ("careless", careless))}
weights_moved = max((a - b).abs().max().item() for a, b in zip(source.body.parameters(), careless.body.parameters()))
print(f"body in evaluation mode: statistics moved by {moved['careful']:.4f}, accuracy {accuracy(careful, target_X[test], target_y[test]):.3f}")
print(f"body in training mode:   statistics moved by {moved['careless']:.4f}, accuracy {accuracy(careless, target_X[test], target_y[test]):.3f}")
print(f"weights of the body moved by {weights_moved:.4f} in both")

# %% [markdown]
# Here the fault is no disaster, and may even help: the statistics of the digits are simply better for digits. But it is no longer the body you saved. Whoever loads the source body and this head gets other answers than you measured. Decide it, do not let it happen.
#
# ## Exercises
#
# 1. **Change one thing.** Give full fine-tuning the learning rate of the head, 1e-2, and then 3e-2, at 5 labels. Use the same seeds. What happens to the mean?
# 2. **Explain.** The body has 13,320 parameters and moves, the head has 1,930. With 5 labels for each digit there are 50 pictures. Why does full fine-tuning not simply overfit and lose?
# 3. **Extend.** Find a negative transfer of your own: train the source on the digits 0 to 4 and transfer to 5 to 9, with 5 labels. Compare frozen with scratch over three seeds.
#
# The [solutions](nb03_cnn_transfer_solutions.md) are a file beside this one. The last cell checks the results above. Run it after every change.

# %%
mean = {key: np.mean(values) for key, values in results.items()}
assert count(second) == 3 * 3 * 12 * 24 + 24 == 2616
assert min(source_accuracy) > 0.97
assert all(mean[way, 5] < mean[way, 10] < mean[way, 30] for way in WAYS), "more labels help everybody"
assert all(0.78 < mean[way, 5] < 0.95 for way in WAYS)
assert mean["full", 5] > mean["scratch", 5] - 0.01, "moving everything does not lose"
assert mean["full", 30] > mean["frozen", 30] + 0.01, "a frozen body stays behind when labels are many"
assert moved["careful"] == 0 < moved["careless"] and weights_moved == 0
print(f"toy result: 5 labels per digit, {SEEDS} seeds: scratch {mean['scratch', 5]:.3f}, frozen {mean['frozen', 5]:.3f}, full {mean['full', 5]:.3f}")
print("all checks passed")
