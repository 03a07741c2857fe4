"""The answer to GET /models, in the shapes that servers give it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from workbench.core.models import ModelInfo
from workbench.core.one_line import one_line

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

MOST_MODELS = 10_000
LONGEST_ID = 256

_WINDOWS = ("max_model_len", "context_length", "context_window", "max_context_length")


def parse_models(value: JSON) -> tuple[ModelInfo, ...] | None:
    """The models in the endpoint's order, each once; what has no usable id is left out. None: this is no list at all.

    `{"data": [...]}` (OpenAI), `{"models": [...]}` (llama.cpp, Ollama) or the list itself (Together); an item is an
    object with an id, a name or a model, or the name alone.
    """
    items = value
    if isinstance(value, dict):
        items = next((value[name] for name in ("data", "models") if isinstance(value.get(name), list)), None)
    if not isinstance(items, list):
        return None
    found: dict[str, ModelInfo] = {}
    for item in items[:MOST_MODELS]:
        model = _model(item)
        if model is not None:
            found.setdefault(model.id, model)
    return tuple(found.values())


def _model(item: JSON) -> ModelInfo | None:
    fields: dict[str, JSON] = item if isinstance(item, dict) else {"id": item}
    name = next((fields[key] for key in ("id", "model", "name") if isinstance(fields.get(key), str)), "")
    # A name with control characters in it can't be typed, shown or sent as it stands.
    if not isinstance(name, str) or not name or len(name) > LONGEST_ID or one_line(name, LONGEST_ID) != name:
        return None
    return ModelInfo(name, _day(fields.get("shutdown_date")), _window(fields), _images(fields), _takes(fields))


def _day(value: JSON) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _window(fields: dict[str, JSON]) -> int | None:
    meta = fields.get("meta")
    sizes = [fields.get(name) for name in _WINDOWS]
    sizes += [meta.get("n_ctx"), meta.get("n_ctx_train")] if isinstance(meta, dict) else []
    return next((size for size in sizes if type(size) is int and size > 0), None)


def _images(fields: dict[str, JSON]) -> bool | None:
    architecture = fields.get("architecture")
    taken = architecture.get("input_modalities") if isinstance(architecture, dict) else fields.get("capabilities")
    if not isinstance(taken, list):
        return None
    return "image" in taken or "multimodal" in taken or "vision" in taken


def _takes(fields: dict[str, JSON]) -> frozenset[str] | None:
    names = fields.get("supported_parameters")
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else None
