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
