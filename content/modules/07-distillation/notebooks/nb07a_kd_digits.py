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
# # A small student learns from a large teacher
#
# A network with 33,370 weights reads handwritten digits well. A student with 910 weights has only 100 labels. You will
#
# 1. see what a temperature does to the teacher's answers, and compute the distillation loss by hand;
# 2. train the student on its labels alone, and then on the teacher's soft answers to pictures without labels;
# 3. ask where the gain comes from: the soft answers, or just more pictures?
#
# **What it needs:** Python 3.11 or later, PyTorch and scikit-learn (for its digits). No GPU, no network, no account. It takes a minute. Every result here is a **toy result**: it shows the mechanism, not what a large model would score.

# %%
NEEDS = {"numpy": "numpy==2.4.6", "torch": "torch==2.15.0", "sklearn": "scikit-learn==1.9.1"}
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
import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
torch.set_num_threads(1)
SEEDS = {"tiny": 3, "small": 10, "gpu": 20}[SCALE]
DEVICE = "cuda" if SCALE == "gpu" else "cpu"
print("PyTorch", torch.__version__.split("+")[0], "| seeds:", SEEDS)

# %% [markdown]
# ## 1. Soft answers, by hand
#
# A teacher's scores (logits) are 5, 2, 0.5 and −1. Softmax at temperature $T$ divides them by $T$ first. At $T = 1$ the first class takes nearly all. At a higher temperature the order of the others shows: that is the **dark knowledge** a hard label hides.

# %%
teacher_scores, student_scores = torch.tensor([5.0, 2.0, 0.5, -1.0]), torch.tensor([3.0, 2.5, 0.0, -0.5])

def kl(T):
    """KL(teacher || student) at temperature T: the price of taking the student for the teacher."""
    teacher, student = F.log_softmax(teacher_scores / T, dim=0), F.log_softmax(student_scores / T, dim=0)
    return (teacher.exp() * (teacher - student)).sum().item()

for T in (1, 2, 4):
    shares = F.softmax(teacher_scores / T, dim=0).tolist()
    print(f"T = {T}: teacher", *(f"{share:.4f}" for share in shares), f"  KL {kl(T):.4f}   KL x T² {kl(T) * T * T:.4f}")

# %% [markdown]
# The loss at $T = 4$ is multiplied by $T^2 = 16$. Without that factor its gradient would shrink by about the same factor, and a change of temperature would silently change the learning rate.
#
# ## 2. Teacher and student
#
# 1,797 digits of 8 × 8 pixels: 1,200 for training, 597 for the test. The teacher sees all labels. The student gets 100 of them.

# %%
pixels, names = load_digits(return_X_y=True)
X, y = torch.tensor(pixels / 16, dtype=torch.float32, device=DEVICE).reshape(-1, 1, 8, 8), torch.tensor(names, device=DEVICE)
order = torch.randperm(len(X))
train_part, test_part = order[:1200], order[1200:]

def new_teacher(width=24):
    return nn.Sequential(nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(2 * width, 2 * width, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(8 * width, 10)).to(DEVICE)

def new_student():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 12), nn.ReLU(), nn.Linear(12, 10)).to(DEVICE)

def fit(net, pictures, loss_of, epochs, lr):
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr)
    for _ in range(epochs):
        for pick in pictures[torch.randperm(len(pictures))].split(64):
            loss = loss_of(net(X[pick]), pick)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.eval()

@torch.no_grad()
def accuracy(net):
    return (net(X[test_part]).argmax(dim=1) == y[test_part]).float().mean().item()

def count(net):
    return sum(p.numel() for p in net.parameters())

def hard(scores, pick):
    return F.cross_entropy(scores, y[pick])

teacher = fit(new_teacher(), train_part, hard, 25, 2e-3)
with torch.no_grad():
    answers = teacher(X)                       # the teacher answers once; nothing of its inside is needed
print(f"teacher: {count(teacher):,} parameters, accuracy {accuracy(teacher):.3f}")
print(f"student: {count(new_student()):,} parameters")

# %% [markdown]
# ## 3. Five students
#
# All have the same size and about the same number of steps.
#
# - **100 labels**: the labels, and nothing else.
# - **100 soft, T = 4**: the teacher's soft answers to the same 100 pictures.
# - **all, first choice**: all 1,200 pictures without labels; the teacher's first choice serves as the label.
# - **all soft, T = 4** and **all soft, T = 1**: all 1,200 pictures, the teacher's soft answers. This is distillation.

# %%
def soft(T):
    def loss(scores, pick):
        return T * T * F.kl_div(F.log_softmax(scores / T, dim=1), F.softmax(answers[pick] / T, dim=1), reduction="batchmean")
    return loss

def first_choice(scores, pick):
    return F.cross_entropy(scores, answers[pick].argmax(dim=1))

results = {}
for seed in range(SEEDS):
    torch.manual_seed(seed)
    few = train_part[torch.randperm(1200)[:100]]
    for name, pictures, loss, epochs in (("100 labels", few, hard, 570), ("100 soft, T = 4", few, soft(4.0), 570),
                                         ("all, first choice", train_part, first_choice, 60), ("all soft, T = 4", train_part, soft(4.0), 60),
                                         ("all soft, T = 1", train_part, soft(1.0), 60)):
        torch.manual_seed(seed)
        results.setdefault(name, []).append(accuracy(fit(new_student(), pictures, loss, epochs, 3e-3)))
mean = {name: float(np.mean(values)) for name, values in results.items()}
for name, values in results.items():
    print(f"{name:<18} {mean[name]:.3f} ± {np.std(values, ddof=1):.3f}")
print(f"accuracy on 597 digits, mean and standard deviation of {SEEDS} seeds")

# %% [markdown]
# Three lessons in five lines.
#
# **Soft answers carry more than labels.** On the same 100 pictures the soft answers bring five points: each one also tells which digits look alike.
#
# **Pictures without labels bring more still.** A teacher turns them into training data, and even its bare first choice does that.
#
# **A higher temperature is not better by itself.** With all pictures $T = 4$ loses to the first choice. It asks 910 weights to copy small differences between wrong digits, and this teacher is nearly always right, so little is gained by them. At $T = 1$ the gap is closed. The usual claim that soft answers beat hard ones holds where data are few or the teacher is unsure. Measure it for yours.
#
# ## 4. What the student copies
#
# Does a distilled student make the teacher's mistakes? Look at the test pictures on which the teacher is wrong or unsure.

# %%
torch.manual_seed(0)
copy = fit(new_student(), train_part, soft(4.0), 60, 3e-3)
with torch.no_grad():
    teacher_choice, copy_choice = answers[test_part].argmax(dim=1), copy(X[test_part]).argmax(dim=1)
wrong = teacher_choice != y[test_part]
agreement = (copy_choice == teacher_choice).float().mean().item()
print(f"student and teacher agree on {agreement:.3f} of the test pictures")
print(f"the teacher is wrong on {int(wrong.sum())}; there the student repeats its answer {int((copy_choice == teacher_choice)[wrong].sum())} times and is right {int((copy_choice == y[test_part])[wrong].sum())} times")

# %% [markdown]
# ## Exercises
#
# 1. **Change one thing.** Distil with all pictures at T = 2, 8 and 16 as well, and then T = 1 and T = 4 with 240 epochs instead of 60. What do the high temperatures need?
# 2. **Explain.** Why does the hard-label student not get better when it trains twice as long on its 100 labels?
# 3. **Extend.** Mix both losses for the 100 labelled pictures: $0.5 \cdot$ hard + $0.5 \cdot$ soft, and add the 1,100 others with soft answers only. Does it beat pure distillation?
#
# The [solutions](nb07a_kd_digits_solutions.md) are a file beside this one. The last cell checks the results above. Run it after every change.

# %%
assert [round(s, 4) for s in F.softmax(teacher_scores / 2, dim=0).tolist()] == [0.7255, 0.1619, 0.0765, 0.0361]
assert abs(kl(1) - 0.3227) < 1e-4 and abs(kl(4) - 0.0409) < 1e-4 and abs(16 * kl(4) - 0.654) < 1e-3
assert count(teacher) == 33370 and count(new_student()) == 910
assert accuracy(teacher) > 0.96
assert 0.78 < mean["100 labels"] < 0.93
assert mean["all soft, T = 4"] > mean["100 labels"] + 0.03, "distillation helps"
assert mean["100 soft, T = 4"] > mean["100 labels"] + 0.01, "soft answers tell more than labels"
assert max(mean.values()) < accuracy(teacher), "and every student stays below its teacher"
assert agreement > 0.88
print(f"toy result: {count(new_student())} parameters: {mean['100 labels']:.3f} from 100 labels, {mean['all soft, T = 4']:.3f} distilled at T = 4, {mean['all soft, T = 1']:.3f} at T = 1; teacher {accuracy(teacher):.3f}")
print("all checks passed")
