"""The findings of a comparison in plain words, for someone who asks whether a difference is more than noise."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.core.compare.findings import Findings, differs
from workbench.core.compare.needed import LEVEL
from workbench.core.compare.pairs import Comparison
from workbench.core.compare.sample import Reach

_NAMED = 3
"""So many columns or pairs are named one by one."""


def sentences(found: Findings) -> str:
    """One or two sentences: what differs, and what these repeats can't show or which columns never vary."""
    return _nothing_to_compare(found) or _all_the_same(found) or _untested(found) or _tested(found)


def notes_on(found: Findings) -> tuple[str, ...]:
    """What else to know before relying on it."""
    empty = [label for label, spread in zip(found.labels, found.spreads, strict=True) if not spread.runs]
    notes = []
    notes.extend(_left_out(found))
    if found.incomplete:
        notes.append(f"{_answers(found.incomplete)} that did not complete {_is(found.incomplete)} not counted.")
    if empty and len(empty) < len(found.labels):
        notes.append(f"There is no complete answer with {_named(empty)}.")
    if differs(found.content.p_value) and differs(found.dispersion.p_value) and _unequal(found):
        notes.append(
            "The settings have unequal numbers of answers: part of the difference in content may be one in variety."
        )
    limits = _limits(found)
    if limits and not found.all_the_same and limits[1:] not in sentences(found):
        notes.append(_sentence(limits))
    notes.extend(_pairs_out_of_reach(found))
    return tuple(notes)


def p_words(p_value: float) -> str:
    """`p = 0.004`; three digits near 0.05, so that what is shown falls on the side on which it counts."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {number(p_value)}"


def number(p_value: float) -> str:
    """A p-value with two digits."""
    return f"{p_value:.3g}" if 0.045 < p_value < 0.055 else f"{p_value:.2g}"


def _nothing_to_compare(found: Findings) -> str:
    with_answers = [label for label, spread in zip(found.labels, found.spreads, strict=True) if spread.runs]
    if not with_answers:
        return "There is no complete answer yet."
    if len(found.labels) == 1:
        return _sentence("one setting has nothing to be compared with", _never_varying(found))
    if len(with_answers) == 1:
        return f"Too few complete answers: only {with_answers[0]} has any."
    return ""


def _all_the_same(found: Findings) -> str:
    if not found.all_the_same:
        return ""
    runs = sum(spread.runs for spread in found.spreads)
    return _sentence(f"all {runs} answers are the same" + (", for each case" if _cases(found) > 1 else ""))


def _untested(found: Findings) -> str:
    if found.content.p_value is not None or found.variety.p_value is not None:
        return ""
    needed = found.needed.content
    more = f"; {needed} repeats would do" if needed else ""
    return f"With one answer of each setting there is no telling a difference from noise{more}."


def _tested(found: Findings) -> str:
    claims = [claim for claim in (_variety(found), _content(found)) if claim]
    limits = _limits(found)
    if not claims:
        shown = [
            f"{what} {p_words(p_value)}"
            for what, p_value in (("content", found.content.p_value), ("variety", found.variety.p_value))
            if p_value is not None
        ]
        first = "no difference larger than the noise was found"
        first += f"; {limits}" if limits else f" ({', '.join(shown)})"
        return _sentence(first, _never_varying(found))
    return _sentence(", and ".join(claims), _never_varying(found) or limits)


def _variety(found: Findings) -> str:
    if found.trend is not None and found.trend.p_value is not None and differs(found.trend.p_value):
        return f"the variety grows with {found.axis} ({p_words(found.trend.p_value)})"
    p_value = found.dispersion.p_value
    if p_value is None:
        return ""
    # Beside the trend it is the second test of one question: corrected for that (Bonferroni).
    p_value = min(1.0, 2 * p_value) if found.trend is not None else p_value
    if not differs(p_value):
        return ""
    varying = [place for place, spread in enumerate(found.spreads) if spread.distance_within is not None]
    least, *_, most = sorted(varying, key=lambda place: found.spreads[place].distance_within or 0.0)
    what = f"the variety is larger with {found.labels[most]} than with {found.labels[least]}"
    return f"{what if len(varying) == 2 else 'the variety differs between the settings'} ({p_words(p_value)})"


def _content(found: Findings) -> str:
    p_value = found.content.p_value
    if p_value is None or not differs(p_value):
        return ""
    if len(found.labels) == 2:
        return f"the content differs between {found.labels[0]} and {found.labels[1]} ({p_words(p_value)})"
    pairs = [pair for pair in found.comparisons if differs(pair.p_value)]
    others = len(found.labels) - 1
    if pairs and found.only_first_pairs:
        each = f"each of the {others}" if len(pairs) == others else f"{len(pairs)} of the {others}"
        which = f"between {found.labels[0]} and {each} other settings"
    elif not pairs or len(pairs) == len(found.comparisons):
        which = "between the settings" if not pairs else "between each two settings"
    elif len(pairs) <= _NAMED:
        which = _list([_pair(found, pair) for pair in pairs])
    else:
        which = f"in {len(pairs)} of {len(found.comparisons)} pairs of settings"
    return f"the content differs {which} ({p_words(p_value)})"


def _pair(found: Findings, pair: Comparison) -> str:
    return f"between {found.labels[pair.a]} and {found.labels[pair.b]}"


def _limits(found: Findings) -> str:
    """What these repeats could not have shown, whatever the answers; and how many could."""
    limits = [
        (what, smallest, needed)
        for what, smallest, needed in (
            ("content", found.content.smallest_possible_p, found.needed.content),
            ("variety", found.variety.smallest_possible_p, found.needed.variety),
        )
        if smallest is not None and smallest >= LEVEL
    ]
    if not limits:
        return ""
    where = "" if len(limits) == 2 else f" for the {limits[0][0]}"
    least = min(smallest for _, smallest, _ in limits)
    counts = [needed for *_, needed in limits if needed is not None]
    more = f", {max(counts)} would do" if len(counts) == len(limits) else ""
    return f"{_with_repeats(found)} p{where} can't fall below {number(least)}{more}"


def _pairs_out_of_reach(found: Findings) -> list[str]:
    smallest = [pair.smallest_possible_p for pair in found.comparisons if pair.smallest_possible_p is not None]
    if len(smallest) < 2 or min(smallest) < LEVEL:
        return []
    if found.reach_between is not None and found.reach_between.repeats is not None:
        text = f"no two of the {len(found.labels)} settings can be told apart one by one"
        return [_sentence(f"{text}: too few answers of each were compared")]
    more = f"; {found.needed.pairs} would do" if found.needed.pairs else ""
    text = f"no two of the {len(found.labels)} settings can be told apart one by one {_with_repeats(found)}"
    return [_sentence(f"{text} (p can't fall below {number(min(1.0, min(smallest)))}){more}")]


def _left_out(found: Findings) -> list[str]:
    """What was not compared because it would take minutes."""
    within, between = found.reach_within, found.reach_between
    notes = []
    if between is not None and between.repeats == 0:
        notes.append("there are too many answers to compare the content of the settings")
        between = None
    what = {
        "": between if within == between else None,
        " for the content": between if within != between else None,
        " for the variety": within if within != between else None,
    }
    parts = [f"{_beginning(found, reach)}{why}" for why, reach in what.items() if reach is not None]
    if parts:
        notes.append(f"only {' and '.join(parts)} were compared: all of it would take too long")
    if found.only_first_pairs:
        notes.append(f"there are too many pairs of settings: only those with {found.labels[0]} were tested")
    return [_sentence(note) for note in notes]


def _beginning(found: Findings, reach: Reach) -> str:
    characters = "" if reach.characters is None else f"the first {reach.characters:,} characters of each answer"
    if reach.repeats is None:
        return characters
    answers = f"the first {_answers(reach.repeats)} of each setting{' to each case' * (_cases(found) > 1)}"
    return f"{answers} and of each {characters.removesuffix(' of each answer')}" if characters else answers


def _never_varying(found: Findings) -> str:
    labels = [label for label, spread in zip(found.labels, found.spreads, strict=True) if spread.deterministic]
    if not labels:
        return ""
    who = f"each of the {len(labels)} settings" if len(labels) == len(found.labels) > 1 else _named(labels)
    return f"with {who}, every answer was the same" + (" for each case" if _cases(found) > 1 else "")


def _with_repeats(found: Findings) -> str:
    numbers = {size for sizes in found.sizes for size in sizes}
    return f"with {numbers.pop()} repeats" if len(numbers) == 1 else "with so few complete answers"


def _unequal(found: Findings) -> bool:
    return any(len(set(sizes)) > 1 for sizes in zip(*found.sizes, strict=False))


def _cases(found: Findings) -> int:
    return max(map(len, found.sizes), default=0)


def _named(labels: Sequence[str]) -> str:
    return _list(labels) if len(labels) <= _NAMED else f"{len(labels)} of the settings"


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _sentence(*parts: str) -> str:
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)


def _answers(number: int) -> str:
    return "1 answer" if number == 1 else f"{number:,} answers"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
