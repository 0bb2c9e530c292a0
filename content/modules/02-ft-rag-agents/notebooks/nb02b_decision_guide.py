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
# # The decision guide as code
#
# A guide that people only read drifts: two readers answer the same case differently, and nobody notices a hole. So you will write the guide of Module 2 as rules that a program applies, and then test the rules like any other code:
#
# 1. the rules, and the cases of the lessons;
# 2. a proof by counting: every possible case gets an answer, and every rule is used;
# 3. the numbers behind a decision: which change helps most, whether a gain is real, when training pays.
#
# **What it needs:** Python 3.11 or later and nothing else. No GPU, no network, no account. It takes a second.

# %%
NEEDS = {}
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
import itertools
import math
import random
from dataclasses import dataclass, fields, replace

DRAWS = {"tiny": 2000, "small": 20000, "gpu": 20000}[SCALE]      # of the simulation in part 3; nothing here needs a GPU
print("Python", ".".join(map(str, sys.version_info[:2])))

# %% [markdown]
# ## 1. A case, and the rules
#
# A case is a set of answers to yes-or-no questions. You answer them from a **test**, not from a feeling: run the best prompt you have on a frozen test set, and sort the errors into piles. The largest pile decides what comes first.

# %%
@dataclass(frozen=True)
class Case:
    prompt_is_enough: bool = False       # the best prompt, with examples, already passes the test
    facts_missing: bool = False          # errors: it lacks facts, they change, or answers must name their source
    page_not_found: bool = False         # there is a search, and it does not bring the right page
    badly_answered: bool = False         # errors: the facts are there; form, style or skill is wrong
    only_preference: bool = False        # people prefer one answer to the other, and nobody can write the rule
    must_act: bool = False               # errors: something has to be looked up, computed or done outside
    steps_unknown: bool = False          # nobody can say beforehand how many steps it takes
    pictures: bool = False               # pictures are part of the question
    no_gpu: bool = False                 # no GPU, or no permission to host a model
    must_be_small: bool = False          # it must run on a phone or a small server, or fast

@dataclass(frozen=True)
class Rule:
    name: str
    when: object                         # a function of the case
    then: str
    why: str
    module: int

RULES = [
    Rule("stop", lambda c: c.prompt_is_enough, "keep the prompt, and watch it", "each further part can break", 5),
    Rule("search", lambda c: c.facts_missing and c.page_not_found, "mend the search, or tune the embedder", "no reader beats its recall", 14),
    Rule("rag", lambda c: c.facts_missing, "RAG", "an index is updated in minutes, and can be cited", 14),
    Rule("vision", lambda c: c.pictures, "a vision-language model as the base", "text models see no pictures", 12),
    Rule("api", lambda c: c.badly_answered and c.no_gpu, "fine-tune by API, or distil", "the weights stay with the host", 10),
    Rule("tune", lambda c: c.badly_answered and not c.no_gpu, "fine-tune with adapters", "form and skill live in the weights", 9),
    Rule("prefer", lambda c: c.only_preference, "preference tuning", "pairs are the only label that people can give", 13),
    Rule("agent", lambda c: c.must_act and c.steps_unknown, "an agent with limits on steps, money and rights", "free choice of steps needs walls", 2),
    Rule("workflow", lambda c: c.must_act and not c.steps_unknown, "a workflow with fixed steps", "steps that can be drawn should be code", 2),
    Rule("shrink", lambda c: c.must_be_small, "distil or quantize, last", "first make it good, then make it small", 8),
    Rule("look", lambda c: not (c.facts_missing or c.badly_answered or c.only_preference or c.must_act or c.pictures or c.must_be_small),
         "sort the errors first", "no pile, no remedy", 2),
]

def decide(case):
    """The rules that hold, in the order in which to try them. A prompt that is enough ends it."""
    held = [rule for rule in RULES if rule.when(case)]
    return held[:1] if held and held[0].name == "stop" else held

CASES = {
    "support bot, prices change weekly": Case(facts_missing=True),
    "support bot, search misses pages": Case(facts_missing=True, page_not_found=True),
    "reports in the house style": Case(badly_answered=True),
    "the same, and no GPU": Case(badly_answered=True, no_gpu=True),
    "legal research, sources and form": Case(facts_missing=True, badly_answered=True),
    "bookings, steps can be drawn": Case(must_act=True),
    "research over unknown sources": Case(facts_missing=True, must_act=True, steps_unknown=True),
    "invoices as pictures, on a phone": Case(pictures=True, badly_answered=True, must_be_small=True),
    "friendlier answers, nobody knows how": Case(only_preference=True),
    "the demo looked fine": Case(prompt_is_enough=True, facts_missing=True),
    "\"we want fine-tuning\"": Case(),
}
for name, case in CASES.items():
    print(f"{name:<38} {' + '.join(rule.then for rule in decide(case))}")

# %% [markdown]
# Two lines deserve a second look. "The demo looked fine" stops at the prompt although facts are missing: if the test passes, what is missing does not matter yet. And "we want fine-tuning" is no case at all. It names a remedy and no error.
#
# ## 2. Test the guide like code
#
# With ten questions there are $2^{10} = 1024$ cases. That is few enough to try all of them. Four promises that a guide should keep:

# %%
every = [Case(*answers) for answers in itertools.product((False, True), repeat=len(fields(Case)))]
used = {rule.name: 0 for rule in RULES}
for case in every:
    for rule in decide(case):
        used[rule.name] += 1

unanswered = [case for case in every if not decide(case)]
never = [name for name, times in used.items() if not times]
contradictions = [case for case in every if {"agent", "workflow"} <= {r.name for r in decide(case)} or {"api", "tune"} <= {r.name for r in decide(case)}]

def loses_its_source(case):
    """Some further answer makes RAG disappear although facts are missing."""
    if not case.facts_missing or case.prompt_is_enough:
        return False
    more = [replace(case, **{f.name: True}) for f in fields(Case) if f.name != "prompt_is_enough"]
    return any("rag" not in {r.name for r in decide(other)} for other in more)

print(len(every), "cases")
print("without an answer:", len(unanswered))
print("rules that no case uses:", never or "none")
print("contradictions:", len(contradictions))
print("cases that lose their source by a further answer:", sum(map(loses_its_source, every)))
print("rules per case:", {n: sum(len(decide(c)) == n for c in every) for n in range(1, 8)})

# %% [markdown]
# Half of the cases stop at the prompt. Of the other 512, nine in ten get more than one remedy. That is the answer to "RAG *or* fine-tuning *or* agents": they repair different piles, and they combine.
#
# ## 3. The numbers behind a decision
#
# **Which change first?** Count what a change repairs in its pile and what it breaks among the right answers. The numbers are those of the lesson: 200 questions, 120 right; of the 80 errors 44 lack a fact, 24 have bad form, 12 need an action.

# %%
def net(pile, repairs, right, breaks):
    return repairs * pile - breaks * right

gains = {"RAG": net(44, 0.70, 120, 0.04), "fine-tuning": net(24, 0.75, 120, 0.02), "tools": net(12, 0.50, 120, 0.0)}
for name, gain in sorted(gains.items(), key=lambda pair: -pair[1]):
    print(f"{name:<12} {gain:+.1f} questions, {100 * (120 + gain) / 200:.1f}% right")

# %% [markdown]
# **Is a gain real?** Two systems answer the same questions. Only those count where exactly one is right. If the new system were no better, each of them would be a coin. The sign test adds up the chances of a result at least as uneven.

# %%
def sign_test(repaired, broken):
    n, few = repaired + broken, min(repaired, broken)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(few + 1)) / 2**n)

for repaired, broken in ((14, 4), (7, 2), (6, 0)):
    print(f"repaired {repaired:>2}, broken {broken}: chance {sign_test(repaired, broken):.3f}")

rng = random.Random(0)
def by_luck(n, uneven):
    """How often n coins fall at least as unevenly: the same chance, by trying."""
    return sum(abs(sum(rng.random() < 0.5 for _ in range(n)) - n / 2) >= uneven for _ in range(DRAWS)) / DRAWS
simulated = by_luck(18, 14 - 18 / 2)
print(f"the first line again, from {DRAWS} throws of 18 coins: {simulated:.3f}")

# %% [markdown]
# **When does training pay?** A prompt with examples costs 1,500 input tokens for each question. A tuned model needs 150. Training costs $C$ once. With a price of $p$ for a million input tokens, training has paid for itself after
#
# $$Q^* = \frac{C}{1350 \cdot p / 10^6}$$
#
# questions. The prices below are examples to compute with, not offers.
#
# **How good can RAG get?** Retriever and reader multiply: the reader cannot answer from a page that was not found.

# %%
def break_even(training, price, long=1500, short=150):
    return training / ((long - short) * price / 1e6)

def bound(recall, reader):
    return recall * reader

print("training cost   price per 1M tokens   questions until it pays")
for training, price in ((50, 0.5), (50, 2.0), (500, 0.5), (500, 2.0)):
    print(f"{training:>13}   {price:>19}   {break_even(training, price):>23,.0f}")
print(f"\nrecall@5 0.80, reader 0.90: at most {bound(0.80, 0.90):.2f}")
print(f"a better reader, 0.95:      at most {bound(0.80, 0.95):.2f}")
print(f"a better search, 0.95:      at most {bound(0.95, 0.90):.3f}")

# %% [markdown]
# ## Exercises
#
# 1. **Change one thing.** Delete the condition `not c.no_gpu` from the rule `tune` and run part 2 again. Which promise breaks, and for how many cases?
# 2. **Explain.** Why does the rule `stop` come first and end the search, while `shrink` comes last and ends nothing?
# 3. **Extend.** Add a question `personal_data` (the prompt would hold personal data that may not leave the house) and a rule for it. Which existing rules must it change? Run part 2: all promises must still hold.
#
# The [solutions](nb02b_decision_guide_solutions.md) are a file beside this one. The last cell checks the results above. Run it after every change.

# %%
assert len(every) == 2 ** len(fields(Case)) and not unanswered and not never and not contradictions
assert not any(map(loses_its_source, every)), "missing facts always lead to a source"
names = {name: [rule.name for rule in decide(case)] for name, case in CASES.items()}
assert names["legal research, sources and form"] == ["rag", "tune"]
assert names["research over unknown sources"] == ["rag", "agent"]
assert names["invoices as pictures, on a phone"] == ["vision", "tune", "shrink"]
assert names["the demo looked fine"] == ["stop"] and names["\"we want fine-tuning\""] == ["look"]
assert [round(gain, 1) for gain in gains.values()] == [26.0, 15.6, 6.0]
assert round(sign_test(14, 4), 3) == 0.031 and round(sign_test(7, 2), 2) == 0.18 and round(sign_test(6, 0), 3) == 0.031
assert abs(simulated - sign_test(14, 4)) < 0.015, "trying and counting agree"
assert round(break_even(50, 2.0)) == 18519 and abs(bound(0.80, 0.90) - 0.72) < 1e-9
print(f"toy result: {len(every)} cases, every one answered, {sum(len(decide(c)) > 1 for c in every)} of them with a combination")
print("all checks passed")
