"""What a Persian list of states is of: the verb stands after it, and not where an English one does.

"Members of the club A, B and C are", "the members consist of A and B", "A and B member of the club are", "A and B to
the club joined". A list before another verb, of former or future members, or under a negation is of nothing.
"""

from __future__ import annotations

import re
from functools import cache

from countervail.evidence.text.tokens import data_sections

_BODY = r"(?:[\u0600-\u06ff]+ ?){0,7}?"


@cache
def _words() -> dict[str, str]:
    """The sections of the Persian word list as alternatives of a pattern."""
    rows = data_sections("persian/lexicon.txt")
    return {k: "|".join(sorted((w.replace("\u200c", " ") for w in v), key=len, reverse=True)) for k, v in rows.items()}


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    w = _words()
    kinds = "|".join(row.split("=")[0] for row in w["member_kinds"].split("|"))
    member = (
        rf"(?:^|(?<=[\s،,.:؛«\"]))(?:{w['member_words']})(?= |:|$)(?P<kind> (?:{kinds})(?= |$))?(?P<of>(?: {_BODY})?)"
    )
    return (
        re.compile(rf"{member} ?(?:(?:{w['consist_words']})(?: کشورهای)?|:) ?:? ?$"),
        re.compile(rf"{member} ?[،,]? ?$"),
        re.compile(rf"^ ?(?:(?:{w['member_fillers']}) )*{member} ?(?:{w['are_words']})(?![\u0600-\u06ff])"),
        re.compile(
            rf"^ ?(?:(?:{w['member_fillers']}) )*به (?P<of>{_BODY}) ?(?:{w['joined_words']})(?![\u0600-\u06ff])"
        ),
        re.compile(rf"^ ?(?:(?:{w['member_fillers']}) )*(?:{w['are_words']})(?![\u0600-\u06ff])"),
        re.compile(rf"(?<![\u0600-\u06ff])(?:{w['denied_words']}|{w['not_members']})(?![\u0600-\u06ff])"),
        re.compile(rf"(?<![\u0600-\u06ff])(?:{w['denied_words']}|(?:{w['member_words']}) سابق)(?![\u0600-\u06ff])"),
    )


def persian_kind(before: str, after: str) -> str | None:
    """What a list between two pieces of its sentence is of; None where they do not say."""
    if not re.search(r"[\u0600-\u06ff]", before + after):
        return None
    consist, members, are_members, joined, are, other, denied = _patterns()
    found = consist.search(before) or are_members.match(after)
    if found is None and are.match(after):
        found = members.search(before)
    join = joined.match(after)
    if found is None and join is None:
        return None
    said = found or join
    assert said is not None
    if other.search(said.group("of")) or denied.search(after[:60]):
        return None
    kind = (found.group("kind") or "").strip() if found else ""
    kinds = dict(row.split("=") for row in _words()["member_kinds"].split("|"))
    return kinds.get(kind, "members")
