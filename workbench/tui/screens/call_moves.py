"""The conversations about calls of functions: answering those of an answer, and the canned replies of the tools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.message_parts import open_calls
from workbench.core.prompt import ToolCall
from workbench.core.tools import tool_name
from workbench.core.variables import fill, literal
from workbench.own_thread import in_own_thread
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt
    from workbench.tui.desk import Desk
    from workbench.tui.screens.answer_calls import Answered, Page
    from workbench.tui.screens.running import Untaken


class CallMoves:
    """`ask` shows a question, `say` a line, `changed` shows the prompt anew."""

    def __init__(self, desk: Desk, *, ask: Ask, say: Say, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._changed = changed

    async def answer(self, answer: Untaken) -> bool | None:
        """Ask for the answers to the calls of an answer and take it into the messages with them. Whether to go on at
        once; None where the person left."""
        answered = await self._ask_for(answer.calls)
        if answered is None:
            return None
        replies = self._with_replies(self._desk.prompt, answer.calls, answered).replies
        self._desk.take_answer(answer.text, answer.calls, answered.texts, replies)
        self._changed()
        return answered.run

    async def answer_open(self) -> bool | None:
        """The same for the calls that the last messages wait for."""
        messages = self._desk.prompt.messages
        found = open_calls(messages)
        begun = [fill(messages[index].content, {}) for index, _ in found]
        answered = await self._ask_for([call for _, call in found], begun)
        if answered is None:
            return None
        if self._desk.prompt.messages != messages:
            self._say("the messages were changed meanwhile: answer the calls once more", "warning")
            return None
        put = list(messages)
        for (index, _), before, text in zip(found, begun, answered.texts, strict=True):
            if text != before:  # what was written in its card may have variables
                put[index] = replace(put[index], content=literal(text))
        prompt = replace(self._desk.prompt, messages=tuple(put))
        self._desk.edit(self._with_replies(prompt, [call for _, call in found], answered))
        self._changed()
        return answered.run

    async def choose_replies(self) -> None:
        """Let the person write the canned reply of each function."""
        from workbench.tui.screens.answer_calls import AnswerCalls

        pages = await in_own_thread(_function_pages, self._tools(), self._desk.prompt)
        if not pages:
            self._say("there are no tools yet: define them under Parameters", "info")
            return
        answered = await self._ask(AnswerCalls(pages, canned_only=True))
        if answered is None:
            return
        prompt = self._desk.prompt
        for page, text in zip(pages, answered.texts, strict=True):
            prompt = prompt.with_reply(page.name, text if text.strip() else None)
        if prompt != self._desk.prompt:
            self._desk.edit(prompt)
            self._changed()
        count = len(prompt.replies)
        self._say(f"{count} canned repl{'y' if count == 1 else 'ies'} kept with the prompt", "success")

    async def _ask_for(self, calls: Sequence[ToolCall], begun: Sequence[str] = ()) -> Answered | None:
        from workbench.tui.screens.answer_calls import AnswerCalls

        pages = await in_own_thread(_call_pages, calls, self._tools(), self._desk.prompt, begun)
        return await self._ask(AnswerCalls(pages))

    def _with_replies(self, prompt: Prompt, calls: Sequence[ToolCall], answered: Answered) -> Prompt:
        """The prompt with the answers that are to be canned replies, and without those that are none any more."""
        for call, text, canned in zip(calls, answered.texts, answered.canned, strict=True):
            if canned:
                prompt = prompt.with_reply(call.name, text)
            elif prompt.reply_to(call.name) == text:
                prompt = prompt.with_reply(call.name, None)
        return prompt

    def _tools(self) -> JSON:
        from workbench.core.merge import merged_parameters

        return merged_parameters(self._desk.prompt, self._desk.parts)[0].get("tools")


def _call_pages(calls: Sequence[ToolCall], tools: JSON, prompt: Prompt, begun: Sequence[str]) -> list[Page]:
    """For a thread: it checks the arguments against the functions' schemas."""
    from workbench.core.call_facts import call_facts
    from workbench.tui.screens.answer_calls import Page

    pages = []
    for place, call in enumerate(calls):
        facts, reply = call_facts(call, tools), prompt.reply_to(call.name)
        text = (begun[place] if begun else "") or reply or ""
        pages.append(Page(call.name, facts.arguments, facts.faults, text, canned=reply is not None and text == reply))
    return pages


def _function_pages(tools: JSON, prompt: Prompt) -> list[Page]:
    from workbench.core.format_draft import pretty
    from workbench.tui.screens.answer_calls import Page

    functions = {tool_name(tool): tool for tool in tools if tool_name(tool)} if isinstance(tools, list) else {}
    return [
        Page(name, pretty(tool.get(str(tool["type"]))), text=prompt.reply_to(name) or "")
        for name, tool in functions.items()
        if isinstance(tool, dict)
    ]
