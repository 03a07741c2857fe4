"""Values for the property tests of the core."""

from __future__ import annotations

from hypothesis import strategies as st

from workbench.core.json_value import JSON
from workbench.core.parameters import BY_NAME
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

any_text = st.text(st.characters(), max_size=12)
"""Any code points, lone surrogates too."""

scalars: st.SearchStrategy[JSON] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True, allow_infinity=True), any_text
)
any_json: st.SearchStrategy[JSON] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(any_text, inner, max_size=3)),
    max_leaves=8,
)
key_words = st.sampled_from(
    [
        "type",
        "json_schema",
        "name",
        "schema",
        "strict",
        "function",
        "properties",
        "required",
        "anyOf",
        "enum",
        "content",
        "parameters",
        "stream",
        "model",
        "messages",
        "temperature",
        "reasoning_effort",
        "stream_options",
        "$defs",
        "items",
    ]
)
likely = st.sampled_from(["json_schema", "json_object", "function", "object", "none", "auto", "content", "medium"])
shaped_json: st.SearchStrategy[JSON] = st.recursive(
    st.one_of(scalars, likely),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(key_words, inner, max_size=5)),
    max_leaves=12,
)
"""JSON that comes close to what the checks look into."""

contents = st.one_of(any_text, st.sampled_from(["", " ", "Say JSON", "{{a}} and {{b}}", r"\{{a}}", "{{ 이름 }}"]))
images = st.builds(
    Image,
    st.sampled_from(["a.png", "~/b.jpg", "https://example.com/c.png"]),
    st.sampled_from(["", "low", "huge"]),
    any_text,
)
calls = st.builds(ToolCall, st.sampled_from(["call_1", "call_2", ""]), any_text, any_text)
messages = st.builds(
    Message,
    st.sampled_from(Role),
    contents,
    st.booleans(),
    st.lists(images, max_size=2).map(tuple),
    st.lists(calls, max_size=2).map(tuple),
    st.sampled_from(["", "call_1", "call_2"]),
)
variables = st.builds(
    Variable,
    st.sampled_from(["a", "b", "이름", "c"]),
    any_text,
    st.one_of(st.none(), any_text),
    st.one_of(st.none(), any_text, st.just("@file.txt")),
)
parameters: st.SearchStrategy[dict[str, JSON]] = st.dictionaries(
    st.one_of(st.sampled_from(sorted(BY_NAME)), st.sampled_from(["model", "messages", "temprature"]), any_text),
    st.one_of(any_json, shaped_json),
    max_size=6,
)
counts = st.one_of(st.none(), st.integers(1, 10**6))
comparisons = st.builds(
    Comparison,
    st.dictionaries(any_text, any_json, max_size=2),
    st.integers(1, 100),
    st.lists(st.dictionaries(any_text, any_text, max_size=2), max_size=2).map(tuple),
)
prompts = st.builds(
    Prompt,
    name=any_text,
    description=any_text,
    persona=any_text,
    format=any_text,
    send=st.one_of(st.builds(SendLimit, counts, st.none()), st.builds(SendLimit, st.none(), counts)),
    checks=st.lists(st.builds(Check, any_text, any_json), max_size=2).map(tuple),
    compare=st.one_of(st.none(), comparisons),
    model=st.one_of(st.sampled_from(["", " ", "gpt-5.5", "gpt-4.1", "gpt-6-astra", "local"]), any_text),
    messages=st.lists(messages, max_size=4).map(tuple),
    parameters=parameters.map(ParameterValues),
    variables=st.lists(variables, max_size=3).map(tuple),
    replies=st.lists(st.builds(CannedReply, any_text, any_text), max_size=2).map(tuple),
)
