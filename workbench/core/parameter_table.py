"""The one table of the parameters: what each is, its range and the API's own default.

Every parameter can be "not sent", and that is its first state. 0, false, "" and [] are values.
Ranges and defaults are those of the API's own reference, as the docstrings of the official SDK repeat it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

Kind = Literal["number", "integer", "boolean", "text", "choice", "texts", "json"]
Where = Literal["body", "client", "merge"]
Shape = Literal["object", "list", "text"]


class Parameter(NamedTuple):
    """One row of the table.

    `minimum` and `maximum` are the range of a number; for `text` the maximum is in characters, for `texts` it is how
    many there may be. `step` is one press of an arrow key; None where stepping makes no sense.
    """

    name: str
    kind: Kind
    where: Where
    """`body`: a key of the request; `client`: for this program; `merge`: an object merged into the body, last."""
    common: bool
    default: JSON
    """What the API does when the parameter is not sent; None where the model or nobody decides."""
    help: str
    source: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    deprecated: str = ""
    """Why not to use it and what to use; "" for a parameter in good standing."""
    shapes: tuple[Shape, ...] = ()
    """For `json`: what the value may be at its top."""


def _body(
    name: str,
    kind: Kind,
    help: str,
    *,
    common: bool = False,
    default: JSON = None,
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    choices: tuple[str, ...] = (),
    shapes: tuple[Shape, ...] = (),
    deprecated: str = "",
) -> Parameter:
    """A key of the request's body, as the SDK documents it."""
    source = f"openai 3.54.0, CompletionCreateParams.{name}"
    return Parameter(
        name, kind, "body", common, default, help, source, minimum, maximum, step, choices, deprecated, shapes
    )


_INT32 = 2**31 - 1
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

PARAMETERS: tuple[Parameter, ...] = (
    _body(
        "temperature",
        "number",
        "How freely words are picked: 0 takes the likeliest, higher is more varied",
        common=True,
        default=1,
        minimum=0,
        maximum=2,
        step=0.1,
    ),
    _body(
        "top_p",
        "number",
        "Pick only among the likeliest words that together hold this share of probability",
        common=True,
        default=1,
        minimum=0,
        maximum=1,
        step=0.05,
    ),
    _body(
        "max_completion_tokens",
        "integer",
        "The most tokens the answer may take, reasoning included",
        common=True,
        minimum=1,
        maximum=_INT32,
        step=64,
    ),
    _body(
        "frequency_penalty",
        "number",
        "Above 0: a word is less likely the more often it stands in the text already",
        common=True,
        default=0,
        minimum=-2,
        maximum=2,
        step=0.1,
    ),
    _body(
        "presence_penalty",
        "number",
        "Above 0: a word that stands in the text at all is less likely, so new topics come up",
        common=True,
        default=0,
        minimum=-2,
        maximum=2,
        step=0.1,
    ),
    _body("stop", "texts", "The answer ends before any of these texts; up to 4", common=True, maximum=4),
    _body(
        "seed",
        "integer",
        "The same seed and request should give the same answer, as well as the endpoint can",
        common=True,
        minimum=-(2**63),
        maximum=2**63 - 1,
        step=1,
    ),
    _body(
        "n",
        "integer",
        "How many answers to one request; each is paid for",
        common=True,
        default=1,
        minimum=1,
        maximum=128,
        step=1,
    ),
    _body(
        "reasoning_effort",
        "choice",
        "How much a reasoning model thinks before it answers; the model has its own default",
        common=True,
        choices=_EFFORTS,
    ),
    _body(
        "verbosity",
        "choice",
        "How long and detailed the answer is",
        common=True,
        default="medium",
        choices=("low", "medium", "high"),
    ),
    _body(
        "response_format",
        "json",
        "The answer's form: text, json_object, or json_schema with a schema",
        common=True,
        default={"type": "text"},
        shapes=("object",),
    ),
    Parameter(
        "stream",
        "boolean",
        "client",
        common=True,
        default=True,
        help="Show the answer as it is written; off waits for the whole. Not set means on",
        source="openai 3.54.0, CompletionCreateParamsStreaming.stream",
    ),
    Parameter(
        "timeout",
        "number",
        "client",
        common=True,
        default=None,
        help="The most seconds that the whole run may take; kept here, not sent",
        source="workbench.core.wire.Limits.total",
        minimum=0.001,
        maximum=86400,
        step=5,
    ),
    _body("logprobs", "boolean", "Give with each token how likely it was", default=False),
    _body(
        "top_logprobs",
        "integer",
        "Give at each place this many of the likeliest tokens; needs logprobs on",
        minimum=0,
        maximum=20,
        step=1,
    ),
    _body(
        "logit_bias",
        "json",
        "Make tokens likelier or rarer: token id to a number from -100 (never) to 100 (always)",
        shapes=("object",),
    ),
    _body("tools", "json", "The functions that the model may ask to have called", shapes=("list",)),
    _body(
        "tool_choice",
        "json",
        "none, auto, required, or the one function to call; auto where there are tools",
        shapes=("text", "object"),
    ),
    _body("parallel_tool_calls", "boolean", "Let the model ask for several calls at once", default=True),
    _body(
        "prediction", "json", "Text that most of the answer will repeat, so that it comes faster", shapes=("object",)
    ),
    _body(
        "service_tier",
        "choice",
        "How the request is served and priced: flex is cheaper and slower, priority the reverse",
        default="auto",
        choices=("auto", "default", "flex", "scale", "priority", "fast"),
    ),
    _body("store", "boolean", "Let the vendor keep the answer for its evals and distillation pages", default=False),
    _body("metadata", "json", "Up to 16 names with texts that the vendor keeps with the request", shapes=("object",)),
    _body("prompt_cache_key", "text", "Requests with the same key find each other's cached prompt more often"),
    _body(
        "safety_identifier",
        "text",
        "A hashed name for the person behind the request; up to 128 characters",
        maximum=128,
    ),
    _body(
        "max_tokens",
        "integer",
        "The older name of max_completion_tokens, for endpoints that want it",
        minimum=1,
        maximum=_INT32,
        step=64,
    ),
    _body(
        "user",
        "text",
        "A name for the person behind the request",
        deprecated="use safety_identifier and prompt_cache_key",
    ),
    _body(
        "prompt_cache_retention",
        "choice",
        "How long a cached prompt is kept",
        choices=("in_memory", "24h"),
        deprecated="use prompt_cache_options with a ttl, through extra",
    ),
    Parameter(
        "extra",
        "json",
        "merge",
        common=False,
        default=None,
        help="A JSON object merged into the request last: for what an endpoint adds, such as top_k",
        source="openai 3.54.0, Completions.create(extra_body=...)",
        shapes=("object",),
    ),
)

BY_NAME: dict[str, Parameter] = {parameter.name: parameter for parameter in PARAMETERS}
