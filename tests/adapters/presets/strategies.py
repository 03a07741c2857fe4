"""Presets of every shape that a file can hold, for the property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from workbench.core.json_value import JSON
from workbench.core.parts import Format, Persona
from workbench.core.preset import Preset
from workbench.core.prompt import (
    CannedReply,
    Check,
    Comparison,
    Image,
    Message,
    ParameterValues,
    Prompt,
    Role,
    SendLimit,
    ToolCall,
    Variable,
)

ODD_PIECES = [
    *" \n\t:#-?'\"\\{}[],&*!|>%@`~=<.0ya",
    "\r\n",
    "\x00",
    "\x1b]52;c;x\x07",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\ufffe",
    "\U0001ffff",
    "\ud800",
    "\u202e",
    "\u00a0",
    "\u3000",
    "---",
    "...",
    ": ",
    " #",
    "{{text}}",
    "한글",
    "\u1112\u1161\u11ab",
    "👩\u200d👩\u200d👧",
]
ODD_SCALARS = [
    *("no", "No", "on", "OFF", "y", "N", "true", "null", "~", "=", "<<", "-", "?", "010", "0o7", "0x1F", "1_000", "+1"),
    *("1e3", "1E400", ".5", "1.", ".nan", "-.inf", "12:30", "12:30:45", "2024-01-01", "2024-13-45", "NaN", "Infinity"),
    *(
        " lead",
        "trail ",
        "",
        " ",
        "\t",
        "\n",
        "\n\n",
        "a\n",
        "a\n\n",
        "\na",
        "  a\nb",
        "\ta\nb",
        "a\n  ",
        "a\n \n",
        "a \nb",
    ),
    *(
        "note: this",
        "C# is #1",
        "a #b",
        "@user",
        "`x`",
        "*bold*",
        "&x",
        "!x",
        "it's",
        '"q"',
        "{{name}}",
        "{a: 1}",
        "[x]",
    ),
    *(
        "key:",
        "a: b\nc: d",
        "- a\n- b",
        "--- a\nb",
        "% x",
        "x" * 1_100,
        "x:" * 600 + "\n",
        "a\r\nb\r\n",
        "\u2028" * 300,
    ),
]

texts = st.one_of(
    st.sampled_from(ODD_SCALARS),
    st.lists(st.sampled_from(ODD_PIECES), max_size=8).map("".join),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=12),
)
"""Any code points, lone surrogates too, and what one reader of YAML or another takes for something else."""
clean_texts = texts.filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text))

numbers: st.SearchStrategy[JSON] = st.one_of(
    st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False)
)
values: st.SearchStrategy[JSON] = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, clean_texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(clean_texts, inner, max_size=4)),
    max_leaves=8,
)
objects: st.SearchStrategy[dict[str, JSON]] = st.dictionaries(clean_texts, values, max_size=4)
# Under a name of its own, so that no name in it is one that a preset may not have, such as `authorization`.
extras: st.SearchStrategy[dict[str, JSON]] = st.builds(lambda value: {"top_k": value}, values)
slugs = st.sampled_from(["", "concise", "간결한", "v1.2", "no", "010"])
images = st.lists(st.builds(Image, texts, texts, texts), max_size=2).map(tuple)
calls = st.lists(st.builds(ToolCall, texts, texts, texts), max_size=2).map(tuple)
messages = st.lists(
    st.builds(Message, st.sampled_from(Role), texts, st.booleans(), images, calls, texts), max_size=4
).map(tuple)
parameter_values: st.SearchStrategy[dict[str, JSON]] = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2),
        "seed": st.integers(-(2**63), 2**63 - 1),
        "stop": st.one_of(clean_texts, st.lists(clean_texts, max_size=4)),
        "logit_bias": st.dictionaries(st.integers(0, 200_000).map(str), st.integers(-100, 100), max_size=3),
        "response_format": objects,
        "extra": extras,
    },
)
parameters = parameter_values.map(ParameterValues)
variables = st.lists(
    st.builds(
        Variable,
        st.sampled_from(["text", "이름", "no", "n1"]),
        texts,
        st.one_of(st.none(), texts),
        st.one_of(st.none(), texts),
    ),
    unique_by=lambda variable: variable.name,
    max_size=3,
).map(tuple)
counts = st.integers(1, 9)
sends = st.one_of(
    st.just(SendLimit()), st.builds(SendLimit, counts, st.none()), st.builds(SendLimit, st.none(), counts)
)
checks = st.lists(
    st.one_of(
        st.builds(Check, st.sampled_from(["contains", "not_contains", "equals"]), texts),
        st.builds(Check, st.just("schema"), objects),
        st.builds(Check, st.just("max_tokens"), st.integers(1, 9)),
        st.builds(Check, st.just("max_cost"), st.floats(0, 9)),
        st.just(Check("json")),
    ),
    max_size=3,
).map(tuple)
axes: st.SearchStrategy[dict[str, JSON]] = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.one_of(st.just("0..2 step 0.25"), st.lists(st.floats(0, 2), min_size=1, max_size=4)),
        "persona": st.lists(slugs, min_size=1, max_size=2),
    },
)
cases = st.lists(st.dictionaries(texts, texts, max_size=2), max_size=2).map(tuple)
comparisons = st.builds(Comparison, axes, st.integers(1, 9), cases)

prompts = st.builds(
    Prompt,
    name=texts,
    description=texts,
    model=texts,
    persona=slugs,
    format=slugs,
    messages=messages,
    parameters=parameters,
    variables=variables,
    send=sends,
    checks=checks,
    compare=st.one_of(st.none(), comparisons),
    replies=st.lists(st.builds(CannedReply, texts, texts), max_size=2, unique_by=lambda reply: reply.name).map(tuple),
)
personas = st.builds(Persona, st.just("x"), texts, texts, messages, parameters)
formats = st.builds(Format, st.just("x"), texts, texts, texts, st.one_of(st.none(), objects))
presets: st.SearchStrategy[Preset] = st.one_of(prompts, personas, formats)
