"""How many labels does a small network need, from scratch and from a pretrained body? Writes label-budget.csv.

Run: python label_budget.py label-budget.csv [seeds]
Needs numpy, pillow, matplotlib (for its open fonts) and scikit-learn (for its digits). About ten minutes on one core for 20 seeds.

Source task: 23 capital letters drawn from open fonts. Target task: handwritten digits; 800 of them form the pool from which the labels
are drawn, the other 997 are the test set. Each seed has its own pretraining, its own labels, its own new head and its own batches; all
strategies of one seed share the body and the labels, so that they can be compared in pairs. The learning
rates are those of the first run with three seeds; nothing was changed after looking at the results. Licence: MIT.
"""

import glob
import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_digits

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
CHANNELS = (1, 12, 24, 48)
BUDGETS = (1, 5, 10, 30)


def letters(each=150, seed=0):
    rng = np.random.default_rng(seed)
    folder = os.path.join(matplotlib.get_data_path(), "fonts", "ttf")
    fonts = sorted(f for f in glob.glob(folder + "/*.ttf")
                   if os.path.basename(f).startswith(("DejaVuSans", "DejaVuSerif", "STIXGeneral")) and "Display" not in f)
    images, names = [], []
    for n in range(each * len(LETTERS)):
        image = Image.new("L", (32, 32), 0)
        font = ImageFont.truetype(fonts[rng.integers(len(fonts))], int(rng.integers(20, 28)))
        pen = ImageDraw.Draw(image)
        box = pen.textbbox((0, 0), LETTERS[n % len(LETTERS)], font=font)
        place = (16 - (box[0] + box[2]) / 2 + rng.uniform(-2, 2), 16 - (box[1] + box[3]) / 2 + rng.uniform(-2, 2))
        pen.text(place, LETTERS[n % len(LETTERS)], fill=255, font=font)
        image = image.rotate(rng.uniform(-15, 15)).transform((32, 32), Image.Transform.AFFINE, (1, rng.uniform(-0.2, 0.2), 0, 0, 1, 0))
        grey = np.asarray(image.resize((16, 16), Image.Resampling.BILINEAR)) / 255 * rng.uniform(0.7, 1.2)
        images.append(np.clip(grey + rng.normal(size=(16, 16)) * 0.05, 0, 1))
        names.append(n % len(LETTERS))
    return np.array(images, np.float32)[..., None], np.array(names)


def digits():
    images, names = load_digits(return_X_y=True)
    up = np.zeros((16, 8))                               # bilinear, 8 to 16
    for row in range(16):
        at = min(max((row + 0.5) / 2 - 0.5, 0), 7)
        low = int(at)
        up[row, low] += 1 - (at - low)
        up[row, min(low + 1, 7)] += at - low
    grey = np.einsum("ij,njk,lk->nil", up, images.reshape(-1, 8, 8) / 16, up)
    return grey.astype(np.float32)[..., None], names


class Net:
    """Three blocks (3 x 3 convolution, batch normalization, ReLU, halving by maximum) and a linear head."""

    def __init__(self, classes, rng):
        self.p, self.stats = {}, {}
        for block in (1, 2, 3):
            a, b = CHANNELS[block - 1], CHANNELS[block]
            self.p[f"w{block}"], self.p[f"b{block}"] = uniform(rng, 9 * a, (9 * a, b)), uniform(rng, 9 * a, (b,))
            self.p[f"g{block}"], self.p[f"s{block}"] = np.ones(b, np.float32), np.zeros(b, np.float32)
            self.stats[block] = [np.zeros(b, np.float32), np.ones(b, np.float32)]
        self.new_head(classes, rng)

    def new_head(self, classes, rng, width=192):
        self.p["wh"], self.p["bh"] = uniform(rng, width, (width, classes)), uniform(rng, width, (classes,))

    def copy(self):
        twin = object.__new__(Net)
        twin.p = {name: value.copy() for name, value in self.p.items()}
        twin.stats = {block: [m.copy(), v.copy()] for block, (m, v) in self.stats.items()}
        return twin

    def features(self, x, training=False, upto=3):
        tape = []
        for block in range(1, upto + 1):
            padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
            side = x.shape[1]
            columns = np.concatenate([padded[:, i:i + side, j:j + side] for i in range(3) for j in range(3)], axis=3)
            z = columns @ self.p[f"w{block}"] + self.p[f"b{block}"]
            if training:
                mean, var = z.mean((0, 1, 2)), z.var((0, 1, 2))
                count, (m, v) = z[..., 0].size, self.stats[block]
                self.stats[block] = [0.9 * m + 0.1 * mean, 0.9 * v + 0.1 * var * count / (count - 1)]
            else:
                mean, var = self.stats[block]
            root = np.sqrt(var + 1e-5)
            normal = (z - mean) / root
            y = np.maximum(normal * self.p[f"g{block}"] + self.p[f"s{block}"], 0)
            n, _, _, c = y.shape
            cells = y.reshape(n, side // 2, 2, side // 2, 2, c)
            out = cells.max((2, 4))
            tape.append((columns, normal, root, y, out))
            x = out
        return x.reshape(len(x), -1), tape

    def backward(self, slope, tape):
        """Gradients of all blocks. `slope`: of the loss by the features."""
        grads = {}
        for block in (3, 2, 1):
            columns, normal, root, y, out = tape[block - 1]
            n, side, _, c = y.shape
            slope = slope.reshape(n, side // 2, 1, side // 2, 1, c)
            cells = y.reshape(n, side // 2, 2, side // 2, 2, c)
            slope = (slope * ((cells == out[:, :, None, :, None]) & (cells > 0))).reshape(y.shape)
            grads[f"g{block}"], grads[f"s{block}"] = (slope * normal).sum((0, 1, 2)), slope.sum((0, 1, 2))
            slope = slope * self.p[f"g{block}"]
            slope = (slope - slope.mean((0, 1, 2)) - normal * (slope * normal).mean((0, 1, 2))) / root
            flat = slope.reshape(-1, c)
            grads[f"w{block}"], grads[f"b{block}"] = columns.reshape(len(flat), -1).T @ flat, flat.sum(0)
            if block > 1:
                a = CHANNELS[block - 1]
                back = slope @ self.p[f"w{block}"].T
                padded = np.zeros((n, side + 2, side + 2, a), np.float32)
                for k in range(9):
                    i, j = divmod(k, 3)
                    padded[:, i:i + side, j:j + side] += back[..., k * a:(k + 1) * a]
                slope = padded[:, 1:-1, 1:-1]
        return grads


def uniform(rng, fan, shape):
    return rng.uniform(-1, 1, shape).astype(np.float32) / np.float32(np.sqrt(fan))


def train(net, x, names, steps, rate, rng, batch=32, body=True, training=True, upto=3, change=None):
    """AdamW with a cosine schedule. `body`: do its weights move? `training`: is its batch normalization in training mode?"""
    moving = list(net.p) if body else ["wh", "bh"]
    first, second = ({name: np.zeros_like(net.p[name]) for name in moving} for _ in range(2))
    kept = None if body or training else net.features(x, False, upto)[0]      # a body that stands still is asked once
    for step in range(1, steps + 1):
        pick = rng.integers(len(x), size=min(batch, len(x)))
        if kept is None:
            f, tape = net.features(change(x[pick], rng) if change else x[pick], training, upto)
        else:
            f = kept[pick]
        scores = f @ net.p["wh"] + net.p["bh"]
        p = np.exp(scores - scores.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        p[np.arange(len(p)), names[pick]] -= 1
        p /= len(p)
        grads = {"wh": f.T @ p, "bh": p.sum(0)}
        if body:
            grads.update(net.backward(p @ net.p["wh"].T, tape))
        now = rate * 0.5 * (1 + np.cos(np.pi * (step - 1) / steps))
        for name in moving:
            first[name] = 0.9 * first[name] + 0.1 * grads[name]
            second[name] = 0.999 * second[name] + 0.001 * grads[name] ** 2
            move = first[name] / (1 - 0.9**step) / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
            net.p[name] = (net.p[name] * (1 - now * 0.01) - now * move).astype(np.float32)
    return net


def accuracy(net, x, names, upto=3):
    return float(np.mean((net.features(x, False, upto)[0] @ net.p["wh"] + net.p["bh"]).argmax(1) == names))


def shift(x, rng):
    """Each picture moved by up to one pixel in each direction."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    at = rng.integers(0, 3, size=(len(x), 2))
    return np.stack([padded[n, i:i + 16, j:j + 16] for n, (i, j) in enumerate(at)])


def mirror(x, rng):
    """Half of the pictures mirrored left to right."""
    out = x.copy()
    flip = rng.random(len(x)) < 0.5
    out[flip] = out[flip, :, ::-1]
    return out


def draw(names, classes, each, rng):
    return np.concatenate([rng.permutation(np.flatnonzero(names == c))[:each] for c in range(classes)])


def main():
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    source, source_names = letters()
    target, names = digits()
    table = open(sys.argv[1], "w")
    print("task,labels_per_class,seed,strategy,accuracy", file=table)

    def note(task, budget, seed, strategy, value):
        print(f"{task},{budget},{seed},{strategy},{value:.4f}", file=table, flush=True)

    for seed in range(seeds):
        rng = np.random.default_rng(1000 + seed)
        base = train(Net(23, rng), source, source_names, 500, 4e-3, rng, batch=64)
        note("letters", 150, seed, "source", accuracy(base, source[:1000], source_names[:1000]))
        for budget in BUDGETS:
            rng = np.random.default_rng([seed, budget])
            pick = draw(names[:800], 10, budget, rng)
            x, y, tx, ty = target[pick], names[pick], target[800:], names[800:]
            for change, tag in ((None, ""), (shift, "+shift"), (mirror, "+mirror")):
                if change and budget != 5:
                    continue
                net = train(Net(10, rng), x, y, 150, 2e-3, rng, change=change)
                note("letters-digits", budget, seed, "scratch" + tag, accuracy(net, tx, ty))
                net = base.copy()
                net.new_head(10, rng)
                note("letters-digits", budget, seed, "full" + tag, accuracy(train(net, x, y, 150, 2e-3, rng, change=change), tx, ty))
            for tag, upto, width, training in (("frozen", 3, 192, False), ("frozen-training-mode", 3, 192, True),
                                               ("frozen-cut2", 2, 384, False), ("frozen-cut1", 1, 768, False)):
                if training and budget not in (5, 10):
                    continue
                net = base.copy()
                net.new_head(10, rng, width)
                train(net, x, y, 150, 1e-2, rng, body=False, training=training, upto=upto)
                note("letters-digits", budget, seed, tag, accuracy(net, tx, ty, upto))
                if tag == "frozen":
                    note("letters-digits", budget, seed, "lp-ft", accuracy(train(net, x, y, 100, 5e-4, rng), tx, ty))
            net = Net(10, rng)                             # a frozen body that never learned: only its statistics fit its inputs
            for _ in range(50):
                net.features(source[rng.integers(len(source), size=64)], training=True)
            train(net, x, y, 150, 1e-2, rng, body=False, training=False)
            note("letters-digits", budget, seed, "frozen-random", accuracy(net, tx, ty))
        low = np.flatnonzero(names[:800] < 5)              # second task: digits 0 to 4, then 5 to 9
        rng = np.random.default_rng(2000 + seed)
        base = train(Net(5, rng), target[low], names[low], 500, 4e-3, rng, batch=64)
        high, test = np.flatnonzero(names[:800] > 4), 800 + np.flatnonzero(names[800:] > 4)
        for budget in BUDGETS:
            rng = np.random.default_rng([3000 + seed, budget])
            pick = high[draw(names[high] - 5, 5, budget, rng)]
            x, y, tx, ty = target[pick], names[pick] - 5, target[test], names[test] - 5
            note("low-high", budget, seed, "scratch", accuracy(train(Net(5, rng), x, y, 150, 2e-3, rng), tx, ty))
            net = base.copy()
            net.new_head(5, rng)
            full = net.copy()
            note("low-high", budget, seed, "frozen", accuracy(train(net, x, y, 150, 1e-2, rng, body=False, training=False), tx, ty))
            note("low-high", budget, seed, "full", accuracy(train(full, x, y, 150, 2e-3, rng), tx, ty))
        print("seed", seed, flush=True)
    table.close()


if __name__ == "__main__":
    main()
