"""What a folder of many presets costs to list, beside reading the bytes and parsing the YAML alone, in one run.

    .venv/bin/python tests/bench/bench_presets.py [FILES]

Makes FILES (5,000) small presets in a temporary folder, every thousandth of them broken, and prints seconds, the best
of several rounds. "cold" reads and checks every file, "warm" is a second look of the same library. The floor is the
least that reading could cost: the bytes of every file, and PyYAML's own C parser over them, which checks nothing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import yaml

from workbench.adapters.presets import folders
from workbench.adapters.presets.library import PresetLibrary
from workbench.adapters.presets.write import preset_yaml
from workbench.core.preset import Kind
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable

FILES = 5_000
ROUNDS = 3
_BROKEN = "kind: prompt\nnmae: a slip of the keys\n"


def a_prompt(number: int) -> Prompt:
    """A prompt of the usual size: two messages, a variable, two parameters."""
    return Prompt(
        name=f"Summarise Korean news {number}",
        description="Two bullets from a pasted article",
        persona="concise",
        format="bullets",
        messages=(
            Message(Role.SYSTEM, "You condense news for busy people. Answer in Korean."),
            Message(Role.USER, "Summarise in two bullets:\n\n{{text}}\n"),
        ),
        parameters=ParameterValues({"temperature": 0.7, "max_completion_tokens": 400}),
        variables=(Variable("text", "the article", ""),),
    )


def make_presets(folder: Path, count: int) -> list[Path]:
    """The files, by name."""
    folder.mkdir(parents=True)
    paths = [folder / f"preset-{number:05}.yaml" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(_BROKEN if number % 1_000 == 999 else preset_yaml(a_prompt(number)), encoding="utf-8")
    return paths


def read_bytes(paths: list[Path]) -> None:
    for path in paths:
        path.read_bytes()


def read_yaml(paths: list[Path]) -> None:
    for path in paths:
        yaml.load(path.read_bytes(), yaml.CSafeLoader)


def best_of(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        paths = make_presets(root / "yours" / Kind.PROMPT.folder, count)
        time.sleep(folders.SETTLED_SECONDS + 0.1)  # what is newer than that is read again at each look

        def library() -> PresetLibrary:
            return PresetLibrary(root / "shipped", root / "yours", root / "project")

        library().entries()  # the imports, and the system's own cache of the files
        floor = best_of(lambda: read_yaml(paths))
        cold = best_of(lambda: library().entries())
        seen = library()
        listed = seen.entries()
        warm = best_of(seen.entries)
        one = best_of(lambda: seen.open(Kind.PROMPT, "preset-00000"))
        print(f"{count:,} presets, {sum(bool(entry.error) for entry in listed)} of them broken")
        print(f"floor  bytes          {best_of(lambda: read_bytes(paths)):7.3f} s")
        print(f"floor  bytes and YAML {floor:7.3f} s")
        print(
            f"cold   list           {cold:7.3f} s   {cold / floor:.2f} x the floor, {cold / count * 1e6:.0f} us a file"
        )
        print(f"warm   list           {warm:7.3f} s   {warm / count * 1e6:.0f} us a file")
        print(f"warm   open one       {one:7.6f} s")


if __name__ == "__main__":
    main()
