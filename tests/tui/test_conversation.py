"""Taking an answer into the messages and back out of them."""

from __future__ import annotations

from dataclasses import replace

from workbench.core.prompt import Image, Message, Prompt, Role, ToolCall
from workbench.core.variables import fill
from workbench.tui.conversation import before_answer, branched, where_to_go_on, with_answer

ASKED = Prompt(messages=(Message(Role.SYSTEM, "s"), Message(Role.USER, "q")))


def test_the_answer_and_a_place_for_the_next_turn() -> None:
    taken = with_answer(ASKED, "a")
    assert taken.after.messages == (*ASKED.messages, Message(Role.ASSISTANT, "a"), Message(Role.USER))


def test_braces_of_an_answer_stay_text() -> None:
    said = with_answer(ASKED, "write {{name}}").after.messages[-2].content
    assert fill(said, {"name": "x"}) == "write {{name}}"


def test_an_empty_user_message_at_the_end_is_no_turn() -> None:
    waiting = replace(ASKED, messages=(*ASKED.messages, Message(Role.USER, "  \n")))
    assert with_answer(waiting, "a").after == with_answer(ASKED, "a").after


def test_back_to_before_while_nothing_was_typed() -> None:
    taken = with_answer(ASKED, "a")
    assert before_answer(taken.after, taken) == ASKED
    changed = replace(taken.after, parameters=ASKED.parameters.set("temperature", 0))
    back = before_answer(changed, taken)
    assert back is not None
    assert back.messages == ASKED.messages
    assert back.parameters == changed.parameters


def test_what_was_typed_since_stays() -> None:
    taken = with_answer(ASKED, "a")
    typed = replace(taken.after, messages=(*taken.after.messages[:3], Message(Role.USER, "and?")))
    assert before_answer(typed, taken) is None
    assert before_answer(ASKED, None) is None


def test_one_goes_on_in_the_last_message_of_the_user() -> None:
    assert where_to_go_on(ASKED) == 1
    assert where_to_go_on(with_answer(ASKED, "a").after) == 3
    assert where_to_go_on(Prompt(messages=ASKED.messages[:1])) == 0
    assert where_to_go_on(Prompt()) == 0


CALLS = (ToolCall("a", "clock", "{}"), ToolCall("b", "weather", '{"city": "{{city}}"}'))


def test_each_call_gets_a_message_to_answer_it() -> None:
    taken = with_answer(ASKED, "", CALLS)
    answers = (Message(Role.TOOL, call_id="a"), Message(Role.TOOL, call_id="b"))
    assert taken.after.messages == (*ASKED.messages, Message(Role.ASSISTANT, calls=CALLS), *answers)
    assert where_to_go_on(taken.after) == 3
    half = replace(taken.after, messages=(*taken.after.messages[:3], replace(answers[0], content="noon"), answers[1]))
    assert where_to_go_on(half) == 4
    assert before_answer(half, taken) is None
    assert before_answer(taken.after, taken) == ASKED


def test_what_a_function_returned_is_sent_as_it_is() -> None:
    after = with_answer(ASKED, "", CALLS, ('{"a": "{{x}}"}', "12:00")).after
    assert [fill(message.content, {"x": "no"}) for message in after.messages[-2:]] == ['{"a": "{{x}}"}', "12:00"]


def test_a_branch_goes_on_with_the_answers_to_calls() -> None:
    after = with_answer(ASKED, "", CALLS).after
    assert branched(after, 2) == after
    assert branched(after, 4) == after


def test_an_image_alone_is_a_turn() -> None:
    shown = replace(ASKED, messages=(Message(Role.USER, images=(Image("a.png"),)),))
    assert with_answer(shown, "a").after.messages[:1] == shown.messages
