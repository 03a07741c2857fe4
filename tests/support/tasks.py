"""How tasks begin: Textual sets eager tasks when an app runs, but not in `run_test`."""

from __future__ import annotations

import asyncio
from typing import Any

EAGER: Any = getattr(asyncio, "eager_task_factory", None)
"""A task factory whose tasks run up to their first wait before `create_task` returns; None before Python 3.12."""
