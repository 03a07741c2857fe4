"""One prompt on several models: what it costs, whether it fits, in as much room as there is."""

from __future__ import annotations

import pytest

from workbench.core.model_costs import ModelCost, about, cost_columns, in_order, model_cost


def a_cost(id: str = "m", **how: object) -> ModelCost:
    facts: dict[str, object] = {"tokens": 2_000, "typical_answer": 300, "most_answer": 1_000, "window": 8_000, **how}
    tokens, price = (
        int(str(facts.pop("tokens"))),
        facts.pop("price", lambda prompt, answer: (prompt + 4 * answer) / 1e6),
    )
    return model_cost(id, tokens, True, price, **facts)  # type: ignore[arg-type]  # by name


def test_the_costs_of_a_prompt_with_no_answer_a_typical_one_and_the_longest() -> None:
    cost = a_cost()
    assert (cost.prompt_usd, cost.typical_usd, cost.most_usd) == pytest.approx((0.002, 0.0032, 0.006))
    assert a_cost(most_answer=100).typical_usd == pytest.approx(0.0024)
    unlimited = a_cost(most_answer=None)
    assert unlimited.most_usd is None
    assert "longest answer is not known" in about(unlimited, 300)


def test_what_is_not_known_is_not_free() -> None:
    unpriced = a_cost(price=lambda *_: None, window=None)
    assert (unpriced.prompt_usd, unpriced.typical_usd, unpriced.fit) == (None, None, "unknown")
    assert about(unpriced, 300) == "2,000 prompt tokens · window not known · price unknown"
    assert "2 images not counted" in about(a_cost(uncounted=2), 300)
    assert "costs nothing" in about(a_cost(price=lambda *_: 0.0), 300)


@pytest.mark.parametrize(("tokens", "fit"), [(2_000, "fits"), (7_000, "fits"), (7_001, "tight"), (8_001, "too long")])
def test_whether_it_fits(tokens: int, fit: str) -> None:
    assert a_cost(tokens=tokens).fit == fit
    assert {"fits": "% of a window", "tight": "room for 999", "too long": "does not fit"}[fit] in about(
        a_cost(tokens=tokens), 300
    )


def test_the_current_model_is_first_then_those_asked_lately_then_the_cheap_ones() -> None:
    costs = [
        a_cost("dear", price=lambda *_: 9.0),
        a_cost("unpriced", price=lambda *_: None),
        a_cost("cheap", price=lambda *_: 1.0),
        a_cost("lately", price=lambda *_: 5.0, recent=True),
        a_cost("now"),
    ]
    assert [cost.id for cost in in_order(costs, "now")] == ["now", "lately", "cheap", "dear", "unpriced"]


def test_the_columns_are_aligned_and_the_least_important_go_first() -> None:
    costs = [a_cost(), a_cost("b", tokens=9_000, price=lambda *_: None, window=1_047_576)]
    heading, rows = cost_columns(costs, 80)
    assert heading.split() == ["tokens", "$", "prompt", "typical", "at", "most", "window", "fits"]
    assert rows[0].split() == ["2,000", "$0.0020", "$0.0032", "$0.0060", "8k", "fits"]
    assert rows[1].split() == ["9,000", "—", "—", "—", "1.05M", "fits"]
    assert len({len(heading), *map(len, rows)}) == 1
    for room in range(80):
        heading, rows = cost_columns(costs, room)
        assert max(len(heading), *map(len, rows)) <= max(room, 7)
    assert cost_columns(costs, 18)[0].split() == ["tokens", "typical"]
    assert cost_columns([], 40)[1] == []
