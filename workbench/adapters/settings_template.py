"""The settings file that is written where there is none."""

from __future__ import annotations

from workbench.adapters.settings import FILE_NAME
from workbench.adapters.settings_schema import MODELINE
from workbench.adapters.settings_table import ENDPOINT_KEYS, SETTINGS, Setting, toml_value


def settings_template() -> str:
    """A settings file in which every line is commented out: each setting with its help, range and default."""
    lines = [
        MODELINE,
        f"# {FILE_NAME} of prompt-workbench. A line is in force once its leading # is gone.",
        "# Keys never stand here: name the environment variable that holds one.",
        "",
    ]
    table = ""
    for setting in SETTINGS:
        if setting.table != table:
            table = setting.table
            lines += [f"# [{table}]", ""]
        lines += [f"## {setting.help}{_limits(setting)}", f"# {setting.name} = {toml_value(setting.default)}", ""]
    lines += ["# [keymap]", "## the keys of a command, by its id (F1 lists them)", '# run = "ctrl+j,ctrl+enter"', ""]
    lines += ["# [endpoints.example]"]
    examples = (
        "https://api.example.com/v1",
        "EXAMPLE_API_KEY",
        "EXAMPLE_ORG_ID",
        "EXAMPLE_PROJECT_ID",
        "example-model",
    )
    for (name, text), example in zip(ENDPOINT_KEYS.items(), examples, strict=True):
        lines += [f"## {text}", f'# {name} = "{example}"']
    lines += ["", '# [prices."example-model"]', "## US dollars per million tokens; cached_input may be left out"]
    lines += ["# input = 0.5", "# output = 2", "# cached_input = 0.05"]
    return "\n".join(lines) + "\n"


def _limits(setting: Setting) -> str:
    if setting.choices:
        return f" ({', '.join(setting.choices)})"
    return f" ({setting.range})" if setting.kind in ("number", "integer") else ""
