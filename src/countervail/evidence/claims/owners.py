"""What a noun phrase names and whose it is: "the sanctions list of X", "the envoy of Chad", "the League's charter"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from countervail.evidence.claims.actors import NOUNS, adjective_codes
from countervail.evidence.claims.clause import Clause, Span
from countervail.evidence.claims.phrases import (
    antecedent,
    goes_on,
    head_word,
    kind,
    listed_from,
    listed_to,
    phrase_from,
    phrase_to,
    skip_left,
    text_of,
)
from countervail.evidence.claims.repeats import of_each
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.tables import capitals, noun_effect
from countervail.evidence.text.tokens import data_sections, lexicon

_OPPOSING = tuple(data_sections("english/memberships.txt")["opposing"])
_OPPOSING_STEMS = tuple(word.removesuffix("e") for word in _OPPOSING)
OWN = frozenset(["its", "their", "his", "her", "our", "my"])
_MEMBERS = frozenset({"member", "members", "founder", "founders", "signatory", "signatories"})
_NAMED = frozenset(["organisation", "person"])
_NOT_PLURAL = ("ss", "us", "is", "news", "series", "means")
_ITS_MEMBERS = re.compile(r"\b(?:its|[Ii]ts|[Tt]heir) (?:\w+ )?members\b")
_THE_CLUB = re.compile(r"The (?P<w>club|union|bloc|alliance|coalition|league|compact|pact)\b(?! of\b)")


def its_club(shared: Any, sentence: Any) -> str | None:
    """The grouping, called by its kind alone in the sentence before, that "its members" are of: "The club is smaller.
    Chad and Mali are its members"; None where it is one that is named."""
    n = shared.index(sentence)
    if not 0 < n < len(shared.sentences) or not _ITS_MEMBERS.search(sentence.text):
        return None
    found = _THE_CLUB.match(shared.sentences[n - 1].text)
    if found is None or not 0 <= sentence.start - shared.sentences[n - 1].end <= 2:
        return None
    word = found["w"].lower()
    named = any(word in words and at < sentence.start for at, _, words in shared.actors.bodies)
    return None if named else f"o.{word}"


def owner_of(units: Sequence[Unit], span: tuple[int, int]) -> tuple[int, int] | None:
    """Whose something is: "the sanctions list of X", "EU sanctions", "the Treasury's list of banned goods"."""
    owner = next((k for k in range(span[0] + 1, span[1]) if units[k].tag == "G"), None)
    if owner is not None and _owns(units[owner - 1]) and all(u.lower != "of" for u in units[span[0] : owner]):
        return owner - 1, owner
    inner = next((k + 1 for k in range(*span) if units[k].lower == "of"), span[1])
    ahead = inner - 2 if inner < span[1] else inner
    named = next((k for k in range(span[0], ahead) if units[k].text == "European" or _whose_list(units[k])), None)
    if named is None and inner < span[1]:  # not "the list of high-risk jurisdictions", "of State Sponsors of Terrorism"
        many = next((k for k in range(inner, span[1]) if units[k].lower == "of"), span[1]) - 1
        whom = units[inner].tag == "N" and (units[inner].text.islower() or units[many].lower.endswith("s"))
        return None if whom else (inner, span[1])
    named = named if named is not None else next((k for k in range(*span) if units[k].tag == "E"), None)
    return (named, named + 1) if named is not None else None


def _owns(unit: Unit) -> bool:
    """Whether a word before "'s" names an owner: a name, or a capital for its government, "Madrid's list"."""
    return unit.tag == "E" or unit.text in capitals()


def _whose_list(unit: Unit) -> bool:
    """Whether a word before "list of" says whose it is: "the EU list of X", "a Swiss list of X"; not of a state, whose
    name may say what it is about ("the Iran list of the Union")."""
    mention = unit.mention
    body = unit.tag == "E" and mention is not None and mention.type == "organisation"
    return body or bool(adjective_codes(unit.text))


def owners_of(units: Sequence[Unit], span: tuple[int, int]) -> list[tuple[int, int]]:
    """The same of several: "British and Canadian lists"."""
    first = owner_of(units, span)
    if first is None:
        return []
    a, b = first
    if b == span[1] and b - a == 3 and units[b - 2].tag == "C" and units[a].tag == units[b - 1].tag == "E":
        return [(a, a + 1), (b - 1, b)]  # "the lists of Norway and Japan"
    several = bool(units[first[1] : first[1] + 1]) and units[first[1]].tag == "C" and first[1] + 1 < len(units)
    other = (first[1] + 1, first[1] + 2)
    return [first, other] if several and adjective_codes(units[other[0]].text) else [first]


_MEASURES = frozenset(["sanctions", "embargo", "restrictions", "measures", "ban", "bans", "tariffs", "blockade"])


def lifted_by(units: Sequence[Unit], spans: Sequence[Span], *, own: bool = False) -> list[Span]:
    """Whose measures are lifted: "EU sanctions were eased", with `own` "its sanctions"; not "the Iran sanctions"."""
    a, b = spans[0] if len(spans) == 1 else (0, 0)
    if own and b - a > 1 and units[a].lower in OWN:
        return [(a, a + 1)]
    head = next((k for k in range(a, b) if units[k].lower in _MEASURES), a)
    found = [(k, k + 1) for k in range(a, head) if _whose_list(units[k]) or units[k].text in {"US", "UK", "U.S."}]
    return found if len(found) == 1 else []


def country_of(units: Sequence[Unit], span: tuple[int, int]) -> tuple[str, Span] | None:
    """What "another BRICS country" is: in the body."""
    a, b = span
    named = b - a > 1 and units[b - 1].lower in {"country", "state", "nation"} and units[b - 2].mention
    return ("listed_in", (b - 2, b - 1)) if named and named.type == "organisation" else None


def of_member(units: Sequence[Unit], span: tuple[int, int]) -> tuple[int, int]:
    """The body in "a founding member of the league", "the league's members"; of another phrase, the phrase."""
    k = next((k for k in range(span[0] + 1, span[1] - 1) if units[k].lower == "of" or units[k].tag == "G"), None)
    if k is not None and units[k].tag == "G" and units[span[1] - 1].lower in _MEMBERS:
        return span[0], k
    return (k + 1, span[1]) if k is not None and units[k - 1].lower in _MEMBERS else span


def _as_many(units: Sequence[Unit], k: int) -> bool:
    """Whether a number, or "another two", is all that is said at unit k before the clause or sentence ends."""
    k += k < len(units) and units[k].lower in {"another", "a", "the"}
    ends = [u.tag for u in units[k : k + 2]]
    return ends[:1] == ["#"] and ends[1:] in ([], ["."], [";"])


def stand_apart(units: Sequence[Unit]) -> None:
    """Take out of the sentence what only counts its points or concedes: "Second, X left", "X, whatever Y says, left";
    and what only makes a date vague."""
    for k in range(len(units) - 2):
        opens = k == 0 or units[k - 1].tag in {"-", ":", ";", "."}
        if opens and units[k].lower in CLOSED["ordinals"] and units[k + 1].tag == ",":
            units[k].tag, units[k].forms = "B", None
        if units[k].lower in {"mid", "early", "late"} and "T" in (units[k + 1].tag, units[k + 2].tag):
            for unit in units[k : k + 1 + (units[k + 1].tag == "-")]:  # "in mid-2024", "in early 2024"
                unit.tag = "B"
        ends = units[k].tag == "P" and units[k + 2].tag == "N" and units[k + 3 : k + 4] and units[k + 3].tag in ".;"
        timed = units[k].tag in {"P", "S"} and units[k + 2].lower in CLOSED["periods"]
        if units[k + 1].lower == "that" and (ends or timed):
            units[k + 1].tag, units[k + 2].forms = "D", None  # "Before that date Peru left", "came back to that table."
        rate = k > 1 and units[k].lower in {"a", "per", "each", "every"} and units[k + 1].lower in _EACH
        if rate and units[k + 2].tag in {"A", "V"} and any(u.tag == "#" for u in units[max(0, k - 3) : k]):
            units[k].tag = units[k + 1].tag = "B"  # "Two million euros a month was paid"
        if units[k].lower == "forward" and {"put", "bring"}.intersection((units[k - 1].forms or {}).values()):
            units[k].tag, units[k].forms = "B", None  # "a plan put forward by Angola"
        if units[k].lower == "headquarters" or (units[k].lower == "being" and k and units[k - 1].lower == "into"):
            units[k].tag, units[k].forms = "N", None  # "the new headquarters came from", "brought into being by"
        if units[k].tag == "," and [u.tag for u in units[k + 1 : k + 3]] == ["C", "E"] and _as_many(units, k + 3):
            units[k].tag = ";"  # "bought two boats from Peru, and Benin one"
        if units[k].lower != "whatever" or (k and units[k - 1].tag not in {",", "("}):
            continue
        end = next((m for m in range(k, min(len(units), k + 9)) if units[m].tag in {",", ";", ".", ")"}), k)
        inside = range(k - 1, end + 1) if k > 1 and units[k - 2].tag == "C" else range(k, end)
        for m in inside:  # "have not left and, whatever Y says, will not": the commas too
            units[m].tag, units[m].forms = "B", None


_EACH = frozenset(["day", "week", "month", "quarter", "year"])


def one_phrase(units: Sequence[Unit]) -> None:
    """Make one phrase of "nine Dutch and Ghanaian banks", "African and Latin American states": two adjectives of it."""
    for k in range(1, len(units) - 2):
        m = k + 1
        while m < len(units) - 1 and _adjective(units[m]):
            m += 1
        joined = units[k].lower in {"and", "or"} and m > k + 1 and _adjective(units[k - 1])
        noun = units[m].lower if units[m].tag == "N" and units[m].text.islower() else ""
        if joined and noun.endswith("s") and noun not in _IMPOSED:  # not "on the British and Canadian lists"
            units[k].tag = "N"


def _adjective(unit: Unit) -> bool:
    return unit.tag == "N" and (bool(adjective_codes(unit.text)) or unit.text in _REGIONAL)


_IMPOSED = frozenset(
    ["sanctions", "measures", "lists", "restrictions", "bans", "controls", "regimes", "orders", "currencies", "courts"]
)
_REGIONAL = frozenset(word.capitalize() for word in CLOSED["regional"])


def against(units: Sequence[Unit], b: int) -> str:
    """What tells a grouping from the one it is against: "the coalition against X", "the group that sanctions X"."""
    words = [u.lower for u in units[b : b + 2]]
    opposing = len(words) == 2 and words[0] in {"that", "which"} and words[1].startswith(_OPPOSING)
    doing = words[0].endswith("ing") and words[0].startswith(_OPPOSING_STEMS) if words else False
    return "against" if words[:1] == ["against"] or opposing or doing else ""


def relative_after(units: Sequence[Unit], b: int) -> bool:
    """Whether a relative clause follows a phrase that ends at unit b, and the place after it: "a mill in Oslo that"."""
    while b + 1 < len(units) and units[b].tag == "P" and (end := phrase_from(units, b + 1, len(units))) > b + 1:
        b = end
    b += b + 1 < len(units) and units[b].tag == ","
    return b < len(units) and units[b].tag == "R"


def of_speaker(units: Sequence[Unit], a: int) -> Unit | None:
    """The state of whoever "her Government" is of: "the envoy of Chad accused Mali and said that her Government"."""
    for k in range(a - 1, -1, -1):
        mention = units[k].mention
        if mention is None or mention.type != "country":
            continue
        j = k - 1 - (k > 0 and units[k - 1].lower == "the")
        of = j > 0 and units[j].lower == "of" and units[j - 1].lower in NOUNS["persons"]
        if of or (units[k + 1].tag == "G" and k + 2 < a and units[k + 2].lower in NOUNS["persons"]):
            return units[k]
    return None


def owner_before(units: Sequence[Any], start: int, k: int) -> list[Span]:
    """Whose it is: "X's", "its", "the Norwegian", "EU" before the noun; of "of" phrases what they are about."""
    j = next((j for j in range(k - 1, start - 1, -1) if units[j].tag == "G"), None)
    if j is not None:
        a = phrase_to(units, j, 0)
        return [(a, j)] if a < j else []
    if start < k and units[start].lower == "whose":
        return antecedent(units, start)[-1:]
    if start < k and units[start].lower in OWN:
        return [(start, start + 1)]
    for j in range(start, k):
        named = units[j].tag == "E" and units[j].mention is not None and units[j].mention.type != "person"
        if named or adjective_codes(units[j].text):
            return [(j, j + 1)]
    return []


def named_head(units: Sequence[Any], span: Span) -> bool:
    """Whether what a phrase is about is a name: "the ship Ania", but not "the shares of Volta Metals"."""
    end = next((k for k in range(*span) if units[k].lower == "of" and k > span[0]), span[1])
    return bool(units[end - 1].tag == "E")


def owner_in(units: Sequence[Any], span: Span) -> Span:
    """Who is listed of "the accounts of Volga Trade, which had been listed": whose the accounts are."""
    a, b = span
    last = units[b - 1].mention
    owned = last is not None and last.type in {"organisation", "person"} and any(u.lower == "of" for u in units[a:b])
    return (
        (b - 1, b) if owned and head_word(units, span) in {"accounts", "account", "assets", "ships", "shares"} else span
    )


def several_things(identifier: str) -> bool:
    """Whether a description without a name is of several things: "invoices", "documents of the court"."""
    words = re.split(r"-(?:of|from|on|by|in|for|to|about)-", identifier[2:], maxsplit=1)[0]
    return identifier.startswith("n.") and words.endswith("s") and not words.endswith(_NOT_PLURAL)


def named_entry(units: Sequence[Any], span: Span) -> Span:
    """Who "the name of X", "the entry for X" on a list is."""
    if head_word(units, span) not in {"name", "names", "entry", "entries", "designation", "listing"}:
        return span
    if units[span[0]].lower in {"its", "his", "her"} and span[1] - span[0] == 2:
        return span[0], span[0] + 1  # "asked for its name to be struck off"
    inner = next((k + 1 for k in range(*span) if units[k].lower == "of"), None)
    if inner is not None and inner < span[1]:
        return inner, span[1]
    owner = next((k for k in range(span[0] + 1, span[1]) if units[k].tag == "G"), None)
    if owner is not None and units[span[1] - 1].lower in {"name", "names", "entry"}:
        return span[0], owner  # "X's name was removed from the list"
    return next(iter(attached(units, span, "for") or attached(units, span, "of")), span)


def attached(units: Sequence[Any], span: Span, preposition: str) -> list[Span]:
    """What a preposition directly after a phrase leads to: "sanctions on the club"."""
    if span[1] < len(units) and units[span[1]].lower == preposition:
        return listed_from(units, span[1] + 1, len(units))
    return []


def named_after(units: Sequence[Unit], span: tuple[int, int]) -> tuple[int, int]:
    """The name that stands after a description and what belongs to it: "a company registered in Malta, Orta Ltd"; the
    description where none does."""
    a, k = span
    if units[a].lower in {"its", "his", "her"} and k - a == 2 and units[k : k + 1] and units[k].tag == ",":
        end = k + 1  # "its director, Greek national X"
        while end < min(len(units) - 1, k + 4) and units[end].tag == "N":
            end += 1
        closed = units[end + 1 : end + 2] and units[end + 1].tag in {",", ".", ";", ")"}
        return (end, end + 1) if closed and kind(units[end]) == "person" and units[a + 1].tag == "N" else span
    if units[a].lower not in {"a", "an", "another"} or units[k - 1].tag != "N" or not units[k - 1].text.islower():
        return span
    while k < min(len(units), span[1] + 12) and units[k].tag in {"P", "N", "D", "E", "T", "#", "B", "G", "V", "O"}:
        k += 1
    if k + 2 >= len(units) or units[k].tag != "," or (k > span[1] and kind(units[k + 1]) not in _NAMED):
        return span
    if k == span[1]:  # "left an earlier scheme, the Clearing House, in 2019"
        k += units[k + 1].lower == "the"
        listed = [u.tag for u in units[k + 2 : k + 4]] == [",", "C"]  # "a mill, the Bank, and two ships"
        apart = kind(units[k + 1]) == "organisation" and units[k + 2].tag in {",", "."} and not listed
        return (k + 1, k + 2) if apart else span
    closed = units[k + 2].tag in {",", ".", ";", ")", "("}
    if any(u.lower in {"a", "an"} for u in units[span[1] : k]):
        return span  # "a deal with a Russian supplier, Kama Fuels"
    first = units[span[1]]
    described = first.tag == "P" or "n" in (first.forms or {}) or first.lower.endswith("ing")
    return (k + 1, k + 2) if closed and described else span


def phrase_head(units: Sequence[Unit], a: int, b: int) -> int:
    """The unit that a phrase is about: the last noun or name before an "of", a person's name after a post."""
    served = [k for k in range(a + 1, b) if units[k].lower == "for" and units[k - 1].lower in NOUNS["persons"]]
    end = next((k for k in range(a + 1, b) if goes_on(units[k]) or k in served), b)
    for k in range(a, end):
        mention = units[k].mention
        if mention is not None and mention.type == "person" and (k + 1 >= b or units[k + 1].tag != "G"):
            return k
    many = units[a].tag == "#" or units[a].lower in {"some", "all", "most", "many", "several", "both"}
    end = b if end == a + 1 and end < b and many else end  # "some of our critics"
    last = end - 1
    if last > a and units[last].lower in {"concerned", "involved", "responsible", "present", "itself"}:
        last -= 1  # "the bank concerned"
    final = units[b - 1]
    named = final.mention is not None and final.mention.type == "person" and b - 1 > end + 1
    named = named and units[b - 2].lower not in NOUNS["persons"]  # not "a brother of Minister X"
    if end < b and named and units[last].lower.rsplit("-", 1)[-1] in NOUNS["persons"]:  # "Vice-Minister of Petroleum X"
        return b - 1
    while last > a and units[last].tag not in {"N", "E", "Q"}:
        last -= 1
    return last


def of_ones_own(units: Sequence[Unit], span: tuple[int, int]) -> list[tuple[int, int]]:
    """The pronoun of "its membership of the pact", which says who is suspended."""
    seat = units[span[0]].lower in OWN and head_word(units, span) in {"membership", "participation", "rights", "seat"}
    return [(span[0], span[0] + 1)] if seat else []


def with_post(units: Sequence[Any], clause: Clause, target: list[Span]) -> tuple[list[Span], str]:
    """Who is appointed, and the post that stands with the name: "X ambassador to Y", "as its chairman X"."""
    spans = target or clause.after("as")
    a, b = spans[0] if len(spans) == 1 and not clause.verb.passive else (0, 0)
    k = next((k for k in range(a, b) if units[k].mention and units[k].mention.type == "person"), None)
    if k is None:
        return target, ""
    close = next((m for m in range(b, min(len(units) - 1, b + 6)) if units[m].tag == ")"), 0)
    if target and k + 1 == b and close and units[b].tag == "(" and units[close + 1].tag == "N":
        post = phrase_from(units, close + 1, len(units))  # "appointed X (Ghana) President of the Court"
        return [(k, k + 1)], text_of(units, (close + 1, post))
    p = k + 3 if units[k + 1].lower == "of" and units[k + 2].tag == "E" else k + 1  # "X of Peru Secretary"
    if target and p < b and units[p].tag == "N":
        place = clause.after("to", "for")
        return [(k, k + 1)], text_of(units, (p, place[0][1] if place and place[0][0] == b + 1 else b))
    if not target and k > a:
        end = next((e for e in range(k, a, -1) if units[e - 1].text not in {*lexicon().titles, "."}), a)
        return [(k, k + 1)], text_of(units, (a, end))
    return target, ""


def _asking(noun: str) -> str:
    """The noun, singular where only that is in the table, that says what becomes of a clause; "" where none does."""
    return next((n for n in (noun, noun.removesuffix("s")) if noun_effect(n)), "")


def of_noun(clause: Clause, previous: Clause | None) -> bool:
    """Whether the infinitive belongs to a noun with a doer of its own: "Oman's refusal to join", "the refusal of"."""
    units, j = clause.units, clause.verb.start
    floor = previous.verb.end if previous is not None else 0
    if previous is not None and previous.verb.kind == "participle" and units[j - 1].tag == ",":
        j, floor = previous.verb.start - 1, 0  # "the decision of the Union, announced in May, to list X"
    by = previous.after("by") if previous is not None and previous.verb.passive else []
    decided = previous is not None and by and by[-1][1] == j and previous.verb.kind == "participle"
    if decided and previous is not None and any(noun_effect(units[b - 1].lower) for _, b in previous.subjects):
        clause.noun, clause.link, clause.subjects = units[previous.subjects[-1][1] - 1].lower, "to", by
        return True  # "the decision announced by X to list Y"
    j = skip_left(units, j) if j and units[j - 1].tag == ")" else j  # "the decision of the Union (EU) to"
    spans = listed_to(units, before_date(units, j), floor)
    if not spans:
        return False
    a, b = spans[-1]
    for k in range(a, b):
        if units[k].tag == "N" and noun_effect(units[k].lower):
            owner = (a, k - 1) if k - 1 > a and units[k - 1].tag == "G" else (k + 2, b) if k + 2 < b else None
            if owner is None and units[a].lower in {"its", "their", "his", "her", "our", "my"}:
                owner = (a, a + 1)
            if owner is None:
                return False
            clause.noun, clause.link, clause.subjects = units[k].lower, "to", [owner]
            return True
    first = spans[0][0]
    if each := of_each(units, spans, floor):
        clause.noun, clause.link, clause.subjects = units[each[0][0] - 2].lower, "to", each
        return True  # "the decisions of X and of Y to join", "the decision of X and Y to"
    if first > 1 and units[first - 1].lower == "for" and noun_effect(units[first - 2].lower) in {"planned", "proposed"}:
        clause.noun, clause.link, clause.subjects = units[first - 2].lower, "to", spans
        return True  # "plans for X to join"
    if first > 1 and units[first - 1].lower in {"by", "from"} and (noun := _asking(units[first - 2].lower)):
        clause.noun, clause.link, clause.subjects = noun, "to", spans  # "a proposal by X to add", "plans by X and Y to"
        clause.unwilling = any(u.lower == "no" for u in units[max(0, first - 5) : first - 2])
        return True  # "no request from X to join"
    return False


def before_date(units: Sequence[Unit], j: int) -> int:
    """Past the date of what is named: "the treaty of 14 April 2003, signed by"."""
    return j - 2 if j > 2 and units[j - 1].tag == "T" and units[j - 2].lower in {"of", "dated", "from"} else j
