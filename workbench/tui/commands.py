"""Every command, declared once: its id, keys, words and action. Footer, palette, F1 and the user's keymap read this.

A widget or screen takes the commands of its scope with `BINDINGS = bindings("messages")` and has an `action_...`
method for each. The palette runs a command on the widget of its scope.

Keys that are never bound: ctrl+i, ctrl+m, ctrl+h (Tab, Enter and Backspace on older terminals) and what a text
editor needs (ctrl+a c d e k u v w x y z).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType

Scope = Literal[
    "app", "workbench", "parts", "messages", "variables", "parameters", "output", "json", "compare", "columns"
]

SCOPES: dict[Scope, str] = {
    "app": "Everywhere",
    "workbench": "Workbench",
    "parts": "Persona and format",
    "messages": "Messages (a card has the focus)",
    "variables": "Variables",
    "parameters": "Parameters",
    "output": "Output",
    "json": "JSON (the tree has the focus)",
    "compare": "Compare",
    "columns": "Compare: the columns",
}


class Command(NamedTuple):
    """`keys` are Textual key names, comma separated, "" for palette only; `action` is an action with its arguments."""

    id: str
    keys: str
    title: str
    help: str
    action: str
    scope: Scope
    footer: bool = False
    show_key: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("help", "f1", "Help", "Every key and what it does", "help", "app", True),
    Command("palette", "ctrl+p", "Palette", "Find any command by name", "command_palette", "app", True, "^P"),
    Command("notices", "", "Notices", "Read again what was said on the notice line", "notices", "app"),
    Command(
        "settings",
        "",
        "Settings file",
        "Write a commented one if there is none, and say where it is",
        "write_settings",
        "app",
    ),
    Command("quit", "ctrl+q", "Quit", "Save the draft and leave", "quit", "app", True, "^Q"),
    Command(
        "screenshot",
        "",
        "Save a picture of the screen",
        "Writes an SVG file to the data folder",
        "save_screenshot",
        "app",
    ),
    Command(
        "run",
        "ctrl+j,ctrl+enter",
        "Run",
        "Send the prompt and watch the answer",
        "run",
        "workbench",
        True,
        "^J",
    ),
    Command("stop", "escape", "Stop", "Stop the run and keep its text", "stop", "workbench", True, "esc"),
    Command(
        "compare",
        "ctrl+t",
        "Compare",
        "Run the prompt at several settings side by side; what it takes is shown first",
        "compare",
        "workbench",
        True,
        "^T",
    ),
    Command(
        "continue",
        "ctrl+n",
        "Continue",
        "Take the answer into the messages and open the next user message",
        "continue",
        "workbench",
        True,
        "^N",
    ),
    Command(
        "open", "ctrl+l", "Open", "Open a saved prompt; a few letters find it", "ask('open')", "workbench", True, "^L"
    ),
    Command("save", "ctrl+s", "Save", "Save the prompt into its file", "ask('save')", "workbench", True, "^S"),
    Command(
        "regenerate",
        "ctrl+g",
        "Regenerate",
        "Send the last request once more",
        "regenerate",
        "workbench",
        True,
        "^G",
    ),
    Command(
        "drop",
        "f7",
        "Drop and run",
        "Leave out the parameter that was refused, and run again",
        "drop_refused",
        "workbench",
    ),
    Command(
        "run-anyway",
        "",
        "Run anyway",
        "Send in spite of the problems that were found",
        "run_anyway",
        "workbench",
    ),
    Command("view", "f2", "Next view", "Answer, JSON, Request, Response in turn", "next_view", "workbench", True),
    Command(
        "focus-messages",
        "f3",
        "Go to messages",
        "Put the focus on the messages",
        "focus_panel('messages')",
        "workbench",
    ),
    Command(
        "focus-parameters",
        "f5",
        "Go to parameters",
        "Put the focus on the parameters",
        "focus_panel('parameters')",
        "workbench",
    ),
    Command(
        "focus-output",
        "f6",
        "Go to output",
        "Put the focus on the output",
        "focus_panel('output')",
        "workbench",
    ),
    Command("connection", "f8", "Change connection", "Choose where requests go", "ask('connection')", "workbench"),
    Command("drafts", "", "Drafts put aside", "Open one that was not taken up again", "ask('drafts')", "workbench"),
    Command(
        "forget",
        "",
        "Forget what this host refused",
        "Parameters left out because the endpoint refused them are sent again",
        "forget_lessons",
        "workbench",
    ),
    Command("new", "", "New prompt", "Put this prompt aside and start an empty one", "new_prompt", "workbench"),
    Command("save-as", "", "Save as", "Save the prompt under another name", "ask('save-as')", "workbench"),
    Command(
        "persona",
        "ctrl+b,f10",
        "Persona",
        "Choose who answers, or take the persona off",
        "ask('persona')",
        "workbench",
        False,
        "^B",
    ),
    Command(
        "format",
        "f12",
        "Format",
        "Choose how the answer is to look, or take the format off",
        "ask('format')",
        "workbench",
    ),
    Command(
        "save-persona",
        "",
        "Save as persona",
        "The system messages and the parameters, for other prompts",
        "ask('save-persona')",
        "workbench",
    ),
    Command(
        "save-format",
        "",
        "Save as format",
        "The response_format among the parameters, for other prompts",
        "ask('save-format')",
        "workbench",
    ),
    Command(
        "import",
        "",
        "Import",
        "A curl command, a Python call, JSON, promptfoo or a chat becomes a prompt",
        "ask('import')",
        "workbench",
    ),
    Command(
        "export", "", "Export to a file", "JSON, curl, Python, Markdown or promptfoo", "ask('export')", "workbench"
    ),
    Command(
        "sending",
        "",
        "What is sent of the conversation",
        "All of it, the last turns, what fits, or a summary of the older ones",
        "ask('sending')",
        "workbench",
    ),
    Command("copy-answer", "f9", "Copy answer", "Copy the answer's source text", "copy('answer')", "workbench"),
    Command("copy-json", "", "Copy request as JSON", "The body as it is sent", "copy('json')", "workbench"),
    Command(
        "copy-curl",
        "",
        "Copy request as curl",
        "With $OPENAI_API_KEY in place of the key",
        "copy('curl')",
        "workbench",
    ),
    Command(
        "copy-python",
        "",
        "Copy request as Python",
        "With $OPENAI_API_KEY in place of the key",
        "copy('python')",
        "workbench",
    ),
    Command("copy-markdown", "", "Copy prompt as Markdown", "To read or to send on", "copy('markdown')", "workbench"),
    Command(
        "copy-promptfoo",
        "",
        "Copy prompt as promptfoo config",
        "A promptfooconfig.yaml that runs it",
        "copy('promptfoo')",
        "workbench",
    ),
    Command("message.edit", "enter,e", "Edit", "Put the cursor into the message", "edit", "messages", True),
    Command("message.add", "a", "Add", "A new message below", "add", "messages", True),
    Command(
        "message.delete",
        "d,delete",
        "Delete",
        "Delete the message; u brings it back",
        "delete",
        "messages",
        True,
    ),
    Command("message.undo", "u", "Undo delete", "Bring back the message deleted last", "undo_delete", "messages"),
    Command("message.duplicate", "c", "Duplicate", "A copy of the message below it", "duplicate", "messages"),
    Command(
        "message.role",
        "r",
        "Role",
        "Next role: system, developer, user, assistant",
        "next_role",
        "messages",
        True,
    ),
    Command(
        "message.toggle",
        "space,o",
        "On / off",
        "Off keeps the message and does not send it",
        "toggle",
        "messages",
        True,
    ),
    Command("message.fold", "f", "Fold", "Show only the first line", "fold", "messages"),
    Command("message.up", "shift+up,K", "Move up", "Move the message up", "move(-1)", "messages"),
    Command("message.down", "shift+down,J", "Move down", "Move the message down", "move(1)", "messages"),
    Command("message.previous", "up,k", "Previous", "The message above", "select(-1)", "messages"),
    Command("message.next", "down,j", "Next", "The message below", "select(1)", "messages"),
    Command("message.first", "home", "First", "The first message", "select_end(False)", "messages"),
    Command("message.last", "end", "Last", "The last message", "select_end(True)", "messages"),
    Command(
        "message.edit-above",
        "ctrl+up,alt+up",
        "Edit the one above",
        "Put the cursor into the message above, also while typing",
        "edit_neighbour(-1)",
        "messages",
    ),
    Command(
        "message.edit-below",
        "ctrl+down,alt+down",
        "Edit the one below",
        "Put the cursor into the message below, also while typing",
        "edit_neighbour(1)",
        "messages",
    ),
    Command("variable.edit", "enter", "Edit", "Type a value; @file reads a file", "edit", "variables", True),
    Command("variable.unset", "delete,backspace", "Clear", "Take the typed value back", "unset", "variables", True),
    Command("variable.previous", "up", "Previous", "The row above", "select(-1)", "variables"),
    Command("variable.next", "down", "Next", "The row below", "select(1)", "variables"),
    Command(
        "parameter.toggle",
        "space",
        "Send / not",
        "Send the parameter or leave it out",
        "toggle",
        "parameters",
        True,
    ),
    Command("parameter.edit", "enter", "Edit", "Type a value", "edit", "parameters", True),
    Command(
        "parameter.less",
        "left",
        "Less",
        "One step down, or the choice before",
        "step(-1)",
        "parameters",
        True,
    ),
    Command("parameter.more", "right", "More", "One step up, or the next choice", "step(1)", "parameters", True),
    Command("parameter.much-less", "shift+left", "Much less", "Ten steps down", "step(-10)", "parameters"),
    Command("parameter.much-more", "shift+right", "Much more", "Ten steps up", "step(10)", "parameters"),
    Command("parameter.unset", "delete,backspace", "Not sent", "Leave the parameter out", "unset", "parameters"),
    Command("parameter.previous", "up,k", "Previous", "The row above", "select(-1)", "parameters"),
    Command("parameter.next", "down,j", "Next", "The row below", "select(1)", "parameters"),
    Command("output.find", "slash", "Find", "Find a text in what is shown", "find", "output", True, "/"),
    Command(
        "output.find-next",
        "n",
        "Next match",
        "The next place where the text stands",
        "find_next(1)",
        "output",
    ),
    Command("output.find-previous", "N", "Previous match", "The place before", "find_next(-1)", "output"),
    Command(
        "output.plain",
        "m",
        "Markdown / plain",
        "Show the answer laid out, or as the model wrote it",
        "toggle_markdown",
        "output",
        True,
    ),
    Command(
        "output.reasoning",
        "t",
        "Reasoning",
        "Fold or unfold the reasoning text",
        "toggle_reasoning",
        "output",
    ),
    Command("output.choice", "c", "Next choice", "Show the next of the n answers", "next_choice", "output"),
    Command("output.copy", "y", "Copy", "Copy the selection, or else the answer", "copy_shown", "output", True),
    Command("json.toggle", "space,enter", "Fold", "Fold or unfold; on a fault, go to its place", "open", "json", True),
    Command("json.copy", "y", "Copy value", "Copy the value under the cursor as JSON", "copy_value", "json", True),
    Command("json.unfold", "right,l", "Unfold", "Unfold, or go on to what is inside", "unfold", "json"),
    Command("json.fold", "left,h", "Fold or up", "Fold, or go to the value around it", "fold", "json"),
    Command("json.unfold-all", "plus,x", "Unfold all", "Unfold everything in the value", "all(True)", "json"),
    Command("json.fold-all", "minus,z", "Fold all", "Fold everything in the value", "all(False)", "json"),
    Command("json.previous", "up,k", "Previous", "The row above", "select(-1)", "json"),
    Command("json.next", "down,j", "Next", "The row below", "select(1)", "json"),
    Command("json.page-up", "pageup", "Page up", "A page up", "page(-1)", "json"),
    Command("json.page-down", "pagedown", "Page down", "A page down", "page(1)", "json"),
    Command("json.first", "home,g", "First", "The first row", "first", "json"),
    Command("json.last", "end,G", "Last", "The last row; follows an answer that arrives", "last", "json"),
    Command("part.choose", "enter,space", "Choose", "Choose another, or none", "choose", "parts", True),
    Command(
        "part.off",
        "delete,backspace",
        "Take off",
        "The prompt names none any more; what you wrote stays",
        "take_off",
        "parts",
        True,
    ),
    Command("part.previous", "up,k", "Previous", "The row above", "select(-1)", "parts"),
    Command("part.next", "down,j", "Next", "The row below", "select(1)", "parts"),
    Command(
        "compare.leave", "escape", "Back", "To the workbench; asks first while it runs", "leave", "compare", True, "esc"
    ),
    Command(
        "compare.figures",
        "t",
        "Figures",
        "The table of figures and its charts, or the answers",
        "figures",
        "compare",
        True,
    ),
    Command(
        "compare.judge",
        "j",
        "Judge blind",
        "Pick the better answers without knowing whose they are",
        "judge",
        "compare",
        True,
    ),
    Command("compare.export", "e", "Export", "JSONL, CSV, Markdown or a page", "export", "compare", True),
    Command(
        "compare.stop-one",
        "x",
        "Stop one",
        "End the answer that is shown, or take it out of the queue",
        "stop_one",
        "compare",
        True,
    ),
    Command(
        "compare.stop-all",
        "X",
        "Stop all",
        "Send nothing more and end what runs; its text is kept",
        "stop_all",
        "compare",
        True,
    ),
    Command(
        "compare.again", "r", "Run again", "Send the shown answer's request once more", "run_again", "compare", True
    ),
    Command(
        "compare.failed", "R", "Failed again", "Send once more whatever failed or was stopped", "run_failed", "compare"
    ),
    Command(
        "compare.repeat",
        "plus",
        "Add a repeat",
        "One more answer of every column and case",
        "add_repeat",
        "compare",
        False,
        "+",
    ),
    Command(
        "compare.take-setting",
        "p,enter",
        "Take the setting",
        "What the column varies becomes the prompt's",
        "take_setting",
        "compare",
        True,
    ),
    Command(
        "compare.take-answer",
        "a",
        "Take the answer",
        "The shown answer becomes the next assistant message",
        "take_answer",
        "compare",
    ),
    Command(
        "compare.save", "s", "Save into the preset", "This comparison, to be run again from its file", "save", "compare"
    ),
    Command("columns.diff", "d", "Differences", "What differs from the baseline, by words", "diff", "columns", True),
    Command("columns.baseline", "b", "Baseline", "Compare the others with this column", "baseline", "columns", True),
    Command(
        "columns.first",
        "f",
        "First difference",
        "Go to the first word where this column parts from the baseline",
        "first_difference",
        "columns",
        True,
    ),
    Command("columns.next-difference", "n", "Next difference", "Go to the next one", "difference(1)", "columns"),
    Command(
        "columns.previous-difference", "N", "Previous difference", "Go to the one before", "difference(-1)", "columns"
    ),
    Command("columns.zoom", "z", "Full width", "This column alone, and back", "zoom", "columns", True),
    Command("columns.left", "left", "Column left", "The column on the left", "column(-1)", "columns"),
    Command("columns.right", "right", "Column right", "The column on the right", "column(1)", "columns"),
    Command(
        "columns.repeat-next",
        "right_square_bracket",
        "Next repeat",
        "The next answer of this column; 1 to 9 go to one by its number",
        "repeat_by(1)",
        "columns",
        False,
        "]",
    ),
    Command(
        "columns.repeat-previous",
        "left_square_bracket",
        "Previous repeat",
        "The answer before",
        "repeat_by(-1)",
        "columns",
        False,
        "[",
    ),
    Command(
        "columns.repeats-next",
        "right_curly_bracket",
        "Next repeat everywhere",
        "In all columns at once",
        "repeats_by(1)",
        "columns",
        False,
        "}",
    ),
    Command(
        "columns.repeats-previous",
        "left_curly_bracket",
        "Previous repeat everywhere",
        "In all columns at once",
        "repeats_by(-1)",
        "columns",
        False,
        "{",
    ),
    Command("columns.case-next", "pagedown", "Next case", "Without cases, a page down", "page(1)", "columns"),
    Command("columns.case-previous", "pageup", "Previous case", "Without cases, a page up", "page(-1)", "columns"),
    Command("columns.down", "down", "Down", "A row down", "scroll_by(1)", "columns"),
    Command("columns.up", "up", "Up", "A row up", "scroll_by(-1)", "columns"),
    Command("columns.page-down", "space", "Page down", "A page of the answers down", "scroll_by_page(1)", "columns"),
    Command("columns.page-up", "backspace", "Page up", "A page of the answers up", "scroll_by_page(-1)", "columns"),
    Command("columns.start", "home", "Beginning", "The beginning of the answers", "scroll_to(False)", "columns"),
    Command("columns.end", "end", "End", "The end of the answers; follows what comes", "scroll_to(True)", "columns"),
    Command("columns.link", "l", "Scroll together", "All columns at once, or each alone", "link", "columns"),
    Command(
        "columns.plain",
        "m",
        "Markdown / plain",
        "Show the answers laid out, or as the models wrote them",
        "markdown",
        "columns",
    ),
    Command("columns.copy", "y", "Copy", "Copy the selection, or else the answer", "copy_answer", "columns"),
)


def commands_of(scope: Scope) -> tuple[Command, ...]:
    return tuple(command for command in COMMANDS if command.scope == scope)


def bindings(scope: Scope) -> list[BindingType]:
    """The scope's commands as Textual bindings, with ids so that the settings file can rebind them."""
    return [
        Binding(c.keys, c.action, c.title, show=c.footer, key_display=c.show_key or None, tooltip=c.help, id=c.id)
        for c in commands_of(scope)
        if c.keys
    ]
