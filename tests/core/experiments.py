"""Values for the tests of experiments."""

from __future__ import annotations

from hypothesis import strategies as st

from workbench.core.axes import NAMED, OFF, Axis
from workbench.core.experiment import Experiment
from workbench.core.json_value import JSON
from workbench.core.parameters import BY_NAME, PARAMETERS, Parameter
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable

PROMPT = Prompt(
    messages=(
        Message(Role.SYSTEM, "You are terse."),
        Message(Role.USER, "Say {{what}}"),
        Message(Role.ASSISTANT, "An example", on=False),
    ),
    parameters=ParameterValues({"temperature": 0.7, "stream": False}),
    variables=(Variable("what", default="hello"),),
)

texts = st.one_of(st.text(st.characters(), max_size=8), st.sampled_from(["a, b", '"', "[1, 2]", "{", "1", "null", " "]))
slugs = st.sampled_from(["", "concise", "한국어", "a b"])
plain_json: st.SearchStrategy[JSON] = st.recursive(
    st.one_of(st.booleans(), st.integers(-99, 99), st.floats(-9, 9), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(texts, inner, max_size=2)),
    max_leaves=4,
)


def _values(parameter: Parameter) -> st.SearchStrategy[JSON]:
    objects, lists = st.dictionaries(texts, plain_json, max_size=2), st.lists(plain_json, max_size=2)
    by_shape: dict[str, st.SearchStrategy[JSON]] = {"object": objects, "list": lists, "text": texts}
    by_kind: dict[str, st.SearchStrategy[JSON]] = {
        "number": st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers()),
        "integer": st.integers(),
        "boolean": st.booleans(),
        "text": texts,
        "choice": st.one_of(texts, st.sampled_from(parameter.choices or ("",))),
        "texts": st.one_of(texts, st.lists(texts, max_size=3)),
    }
    return st.one_of([by_shape[shape] for shape in parameter.shapes]) if parameter.shapes else by_kind[parameter.kind]


def axis_values(name: str) -> st.SearchStrategy[JSON]:
    """Values that an axis of that name can have, for PROMPT."""
    if name in BY_NAME:
        return _values(BY_NAME[name])
    if name == OFF:
        return st.one_of(st.none(), st.integers(0, len(PROMPT.messages) - 1))
    if name in ("persona", "format"):
        return slugs
    return texts.filter(bool) if name == "connection" else texts


axis_names = st.sampled_from(
    [*(p.name for p in PARAMETERS if p.where != "client"), *NAMED, OFF, "messages[0]", "messages[2]"]
)
axes = axis_names.flatmap(
    lambda name: st.builds(Axis, st.just(name), st.lists(axis_values(name), min_size=1, max_size=4).map(tuple))
)
experiments = st.builds(
    Experiment,
    st.just(PROMPT),
    st.lists(axes, max_size=2, unique_by=lambda axis: axis.name).map(tuple),
    st.integers(1, 4),
    st.lists(st.dictionaries(texts, texts, max_size=2), max_size=3).map(tuple),
)
