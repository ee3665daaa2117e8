"""Noun phrases of a sentence, alone and in lists, forwards and backwards from a place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from countervail.evidence.claims.actors import adjective_codes
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.names.name_words import OWNERS, POST_WORDS
from countervail.evidence.text.tokens import lexicon

_PERIODS = CLOSED["periods"]
_PEOPLE = CLOSED["people"]
_POST = re.compile(rf"(?:{POST_WORDS}|{OWNERS})", re.IGNORECASE)


def phrase_from(units: Sequence[Unit], i: int, stop: int) -> int:
    """Index after the noun phrase that begins at unit i (i itself where none does); "of" and what follows belongs to
    it."""
    j = i
    nouns = False
    while j < stop:
        tag = units[j].tag
        if tag == "#" and nouns and (units[j - 1].tag == "E" or units[j].text[0] in "$€£¥"):
            break  # "lent Mali two tankers"
        if nouns and _time_follows(units, j, stop):
            break  # "suspended its membership weeks later"
        if tag in {"N", "E", "#"} or (tag == "Q" and j == i):
            nouns = True
        elif tag == "O" and j == i:
            return j + 1
        elif tag == "T" and j + 1 < stop and units[j + 1].tag == "N" and units[j + 1].lower not in {"this", "last"}:
            pass  # "the July summit"
        elif tag == "R" and units[j].lower == "that" and j == i and j + 1 < stop and units[j + 1].tag == "N":
            pass  # "that country"
        elif (
            (tag in {"D", "X"} and (not nouns or (units[j].lower == "such" and units[j - 1].tag == "#")))
            or (units[j].lower == "other" and j == i + 1 and units[i].tag == "#")
            or (tag == "G" and nouns)
            or (tag == "B" and not nouns and j + 1 < stop and units[j + 1].tag in {"N", "#", "V", "B"})
            or (
                tag == "-"
                and nouns
                and j + 1 < stop
                and units[j + 1].tag in {"N", "E"}
                and units[j].start == units[j - 1].end
            )
        ):
            pass
        else:
            break
        j += 1
    if not nouns:
        return i
    state = units[j - 1].text == "State" and i > 0 and units[i - 1].lower == "of"  # "Secretary of State for"
    office = (
        j + 1 < stop and units[j].lower == "for" and (state or units[j - 1].text.rsplit("-", 1)[-1] in lexicon().posts)
    )
    of = j < stop and units[j].lower == "of" and kind(units[j - 1]) != "country"  # "ratification by Chad of the Pact"
    if of or (j < stop and office and units[j + 1].text[:1].isupper()):
        end = phrase_from(units, j + 1, stop)  # "the Minister for Foreign Affairs"
        return end if end > j + 1 else j
    return j


def _time_follows(units: Sequence[Unit], j: int, stop: int) -> bool:
    """Whether "weeks later", "five years earlier" begins at unit j."""
    k = j + (units[j].tag == "#")
    if k + 1 >= stop or units[k].lower.removesuffix("s") not in {"day", "week", "month", "year", "hour"}:
        return False
    return units[k + 1].lower in {"later", "earlier", "ago", "before", "after"}


def phrase_to(units: Sequence[Unit], end: int, floor: int) -> int:
    """Where the noun phrase that ends before unit `end` begins (`end` itself where none does)."""
    j = end
    if j > floor and units[j - 1].tag == "O":
        return j - 1 - (j - 1 > floor and units[j - 2].tag == "#" and units[j - 1].lower == "others")  # "six others"
    nouns = False
    while j > floor:
        tag = units[j - 1].tag
        timed = nouns and units[j - 1].lower in _PERIODS and (units[j].tag == "E" or units[j].text[:1].isupper())
        if timed or (nouns and tag in {"N", "E"} and units[j].tag == "#" and units[j].text[0] in "$€£¥"):
            break  # "in the second quarter Rosatom delivered", "according to the charge $3m went"
        if nouns and units[j].tag == "E" and j == end - 1 and _opener_ends(units, j, floor):
            break  # "after the coup in Niger ECOWAS froze"
        if tag in {"N", "E", "#"}:
            nouns = True
        elif tag == "G" and nouns:
            pass
        elif tag in {"D"} and nouns:
            j -= 1
            while j > floor and units[j - 1].tag == "D":
                j -= 1
            if units[j].lower == "other" and j > floor and units[j - 1].tag == "#":
                j -= 1  # "four other states"
            break
        else:
            j -= tag == "X" and units[j - 1].lower in {"no", "neither"} and nouns
            break
        j -= 1
    if not nouns:
        return end
    if j - 1 > floor and units[j - 1].lower == "of" and kind(units[j - 2]) != "country":
        start = phrase_to(units, j - 1, floor)
        if start < j - 1:
            return start
    return j


def _opener_ends(units: Sequence[Unit], j: int, floor: int) -> bool:
    """Whether the name at unit j follows a place that ends what opens the sentence, without a comma."""
    place, before = units[j - 1], units[j - 2] if j - 2 >= floor else None
    if kind(units[j]) not in POWERS or before is None:
        return False
    known = kind(place) == "country" and not adjective_codes(place.text)
    known = known and (kind(units[j]) == "country" or not place.text.isupper())  # not "US Treasury"
    in_town = place.tag in {"N", "E"} and place.text[:1].isupper() and not place.mention and before.tag == "P"
    if not known and not (in_town and kind(units[j]) == "country"):
        return False
    opens = floor == 0 and not any(u.tag in {",", ";", ":"} for u in units[:j])
    return opens and (units[0].tag in {"P", "S"} or (units[0].tag == "B" and units[1].tag == "P"))


def listed_from(units: Sequence[Unit], i: int, stop: int) -> list[tuple[int, int]]:
    """The coordinated noun phrases that begin at unit i: "A, B and C"."""
    found: list[tuple[int, int]] = []
    j = i
    while j < stop:
        end = phrase_from(units, j, stop)
        if end == j:
            break
        found.append((j, end))
        k = end = _past_brackets(units, end, stop)  # "the Bank of X (BX) and the Bank of Y (BY)"
        if k < stop and units[k].tag == ",":
            k += 1
        if k < stop and units[k].tag == "C" and units[k].lower != "but":
            k += 1
        if k == end or k >= stop or phrase_from(units, k, stop) == k or units[k].start == units[k].end:
            break  # also before a subject that is not in the text
        comma = units[end].tag == "," and units[k - 1].tag != "C"
        if comma and not _more_follows(units, k, stop, end - 1):
            break
        j = k
    return _shared_owner(units, found)


def _past_brackets(units: Sequence[Unit], i: int, stop: int) -> int:
    """Past a short form in brackets after a name, where a list goes on behind it."""
    close = next((k for k in range(i + 1, min(stop, i + 4)) if units[k].tag == ")"), 0)
    goes_on = close and close + 1 < stop and units[close + 1].tag in {"C", ","}
    return close + 1 if goes_on and units[i].tag == "(" and units[i - 1].tag == "E" else i


def _more_follows(units: Sequence[Unit], k: int, stop: int, last: int) -> bool:
    """Whether what follows a comma is the next entry of a list and not an apposition: names, or an "and" further on."""
    end = phrase_from(units, k, stop)
    named = k + 1 if units[k].lower == "the" and k + 1 < stop else k
    kinds = {kind(units[last]), kind(units[named])}
    if units[last].tag == "E" and units[named].tag == "E" and (len(kinds) == 1 or (named > k and kinds == POWERS)):
        return True
    while end < stop and units[end].tag == ",":
        following = phrase_from(units, end + 1, stop)
        if following == end + 1:
            break
        end = following
    if end < stop and units[end].tag == ",":
        end += 1
    return end < stop and units[end].tag == "C" and phrase_from(units, end + 1, stop) > end + 1 and units[k].tag != "D"


POWERS = {"country", "organisation"}
"""Kinds that stand in one list: "the United States, the European Union and others"."""


def kind(unit: Unit) -> str:
    """The type of the mention that a unit is, if any."""
    return unit.mention.type if unit.mention is not None else ""


def listed_to(units: Sequence[Unit], end: int, floor: int) -> list[tuple[int, int]]:
    """The coordinated noun phrases that end before unit `end`, in order."""
    start = phrase_to(units, end, floor)
    if start == end:
        return []
    found = [(start, end)]
    conjoined = False
    while start > floor and units[start].lower not in {"neither", "both"}:
        k = start
        if (units[k - 1].tag == "C" and units[k - 1].lower != "but") or units[k - 1].lower == "nor":
            k -= 1
            conjoined = True
            if k > floor and units[k - 1].tag == ",":
                k -= 1
        elif units[k - 1].tag == "," and conjoined:
            k -= 1
        else:
            break
        k = skip_left(units, k) if units[k - 1].tag == ")" else k  # "the Bank of X (BX) and the Bank of Y"
        before = phrase_to(units, k, floor)
        if before >= k or (units[k].tag == "," and units[k - 1].tag == "T"):
            break
        found.insert(0, (before, k))
        start = before
    found = _shared_owner(units, found)
    apart = len(found) > 1 and units[found[-2][1]].tag == "," and (len(found) == 2 or units[found[-3][1]].tag == "C")
    if apart and _verb_before(units, found[0][0], floor):
        return found[-1:]  # "... oil to Iran and India, and India paid": a clause of its own
    return found


def _shared_owner(units: Sequence[Unit], found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """ "representatives of Chad and Niger" as one phrase: of both, and not Niger besides."""
    if len(found) < 2:
        return found
    (a, b), last = found[0], units[found[0][1] - 1]
    of = next((k for k in range(a + 1, b - 1) if units[k].lower == "of"), None)
    several = of is not None and units[of - 1].tag == "N" and units[of - 1].lower.endswith("s")
    if not several or kind(last) != "country" or b - 1 - (of or 0) > 2:
        return found
    n = 1
    while n < len(found) and found[n][1] - found[n][0] <= 2 and kind(units[found[n][1] - 1]) == "country":
        n += 1
    return [(a, found[n - 1][1]), *found[n:]]


def _verb_before(units: Sequence[Unit], start: int, floor: int) -> bool:
    """Whether a phrase follows a verb: at once, or after a preposition."""
    return any(u.tag in {"A", "V"} for u in units[:start]) and (
        start == floor or units[start - 1].tag in {"P", "V", "A", "S", "B"} or units[start - 1].lower == "of"
    )


def head_word(units: Sequence[Unit], span: tuple[int, int]) -> str:
    """The word that a phrase is about, in small letters: the last one before an "of"."""
    end = next((k for k in range(span[0] + 1, span[1]) if goes_on(units[k])), span[1])
    return str(units[end - 1].lower)


def goes_on(unit: Unit) -> bool:
    """Whether a phrase goes on with a word past what it is about: "the list of X", "the Agreement on Transport"."""
    return unit.lower == "of" or (unit.tag == "N" and unit.lower in CLOSED["title_prepositions"])


def words_of(units: Sequence[Unit], span: tuple[int, int]) -> set[str]:
    """The words of a phrase in small letters."""
    return {u.lower for u in units[span[0] : span[1]]}


def text_of(units: Sequence[Unit], span: tuple[int, int]) -> str:
    """A phrase as it is read."""
    parts: list[str] = []
    for unit in units[slice(*span)]:
        parts += [" ", unit.text] if parts and unit.tag not in {"G", ","} else [unit.text]
    return "".join(parts)


def skip_left(units: Sequence[Unit], j: int) -> int:
    """Past adverbs, dates with their preposition and what stands in brackets."""
    while j > 0:
        tag = units[j - 1].tag
        if tag in {"B", "X"}:
            j -= 1
        elif tag == "T" and j > 1:
            j -= 1
            while j > 0 and units[j - 1].tag in {"P", "B"}:
                j -= 1
        elif tag == ")":
            k = next((k for k in range(j - 2, -1, -1) if units[k].tag == "("), None)
            if k is None:
                break
            j = k
        else:
            break
    return j


def head_left(units: Sequence[Unit], spans: list[tuple[int, int]], floor: int) -> list[tuple[int, int]]:
    """The head of a chain of phrases: "sanctions on the club" is about the sanctions."""
    while spans and spans[0][0] - 1 > floor and units[spans[0][0] - 1].tag == "P":
        before = listed_to(units, (at := spans[0][0] - 1) - (units[at - 1].lower == "alone"), floor)  # "A alone among"
        if not before or units[before[-1][1] - 1].tag == "T":
            break
        (a, b), end = before[-1], spans[-1][1]
        whole = phrase_from(units, a, end) if units[b].lower == "for" else b  # "the Minister for Justice"
        spans = [*before[:-1], (a, max(b, whole))]
    return spans


def _in_place(units: Sequence[Unit], span: tuple[int, int]) -> bool:
    """Whether a phrase is the name of a place after "in"."""
    a, b = span
    placed = units[a - 1].lower in {"in", "from", "near", "at"} and all(u.text[:1].isupper() for u in units[a:b])
    return placed and {u.tag for u in units[a:b]} <= {"N", "E"}


def _holder_before(units: Sequence[Unit], span: tuple[int, int]) -> tuple[int, int] | None:
    """The person before a description that ends in the name of a body or place, which "who" does not stand for."""
    a, b = span
    if kind(units[b - 1]) not in {"organisation", "country", ""} or (
        units[b - 1].tag != "E" and not _in_place(units, span)
    ):
        return None
    while a > 1 and units[a - 1].tag == "P":
        a = phrase_to(units, a - 1, 0)
    named = a > 1 and units[a - 1].tag == "," and kind(units[a - 2]) == "person"
    return (a - 2, a - 1) if named else None


def _post_of(units: Sequence[Unit], span: tuple[int, int], which: bool) -> bool:
    """Whether a phrase is a post of somebody in a body: "director of the firm Y, which", "owner of the firm that"."""
    of, last = next((k for k in range(*span) if units[k].lower == "of"), 0), units[span[1] - 1]
    plain = last.tag == "N" and units[of + 1].lower == "the" and not _POST.search(last.text)
    body = (which and kind(last) == "organisation") or (plain and not units[of - 1].lower.endswith("s"))
    return bool(of) and body and bool(_POST.search(text_of(units, (span[0], of))))


def antecedent(units: Sequence[Unit], j: int) -> list[tuple[int, int]]:
    """What a relative pronoun at unit j stands for, also of "which was founded and which", "and to which it came"."""
    if j > 2 and units[j - 1].tag == "C" and (word := units[j + (units[j].tag == "P")].lower) != "that":
        j = next((k for k in range(j - 2, 0, -1) if units[k].lower == word and units[k - 1].tag != "C"), j)
    while j > 0 and units[j - 1].tag in {",", "P"}:
        j -= 1
    j = skip_left(units, j)
    spans = listed_to(units, j, 0)
    a, b = spans[0] if spans else (0, 0)
    if a > 2 and units[a - 1].lower == "not" and units[a - 2].tag == "," and units[j].tag == ",":
        return listed_to(units, a - 2, 0) or spans  # "it was Chile, not Peru, that left"
    who = any(u.lower in {"who", "whom"} for u in units[j : j + 2])
    if who and len(spans) == 1 and (person := _holder_before(units, spans[0])):
        return [person]  # "Mr Ri, representative of the Trust Bank in Dandong, who"
    if who and len(spans) == 1 and head_word(units, spans[0]).endswith(("ing", "ion", "al", "ment")):
        return [(b - 1, b)] if kind(units[b - 1]) == "person" else spans  # "the listing of X, whom": X
    if len(spans) == 1 and units[j].lower in {"that", "which"} and spans[0][0] > 1 and _in_place(units, spans[0]):
        return listed_to(units, spans[0][0] - 1, 0)[-1:] or spans  # "a firm in Arkhangelsk that": the firm
    people = len(spans) == 1 and a > 1 and units[a - 1].tag == "P" and head_word(units, spans[0]) in _PEOPLE
    if people and "which" in {u.lower for u in units[j + 1 : j + 3]}:
        return listed_to(units, a - 1, 0)[-1:] or spans  # "the fund for refugees, to which"
    led = {u.lower for u in units[j : j + 2]} & {"which", "that"}
    if len(spans) == 1 and led and _post_of(units, spans[0], "which" in led):
        return [(b - 1 - (units[b - 1].tag == "N"), b)]  # "X, director of the firm Y, which": the firm
    if who and len(spans) == 1 and units[j].tag == "," and kind(units[b - 1]) == "person":
        return [(b - 1, b)] if "of" in {u.lower for u in units[spans[0][0] : b]} else spans  # "the brother of X, who"
    if len(spans) == 1 and units[j].tag == "," and spans[0][0] > 1 and units[spans[0][0] - 1].lower in {"in", "of"}:
        at = skip_left(units, spans[0][0] - 1)
        if at and kind(units[at - 1]) == "organisation":
            return [(at - 1, at)]  # "EIH Bank in Hamburg, which", "Orta Shipping (Orta) of Malta, which"
        if kind(units[spans[0][0]]) == "country" and units[at - 1].tag == "," and units[j + 1].lower == "which":
            return listed_to(units, at - 1, 0)[-1:]  # "Volta Shipping, of Malta, which"
        plural = [u.lower for u in units[j + 2 : j + 3]] in (["are"], ["were"], ["have"])
        if kind(units[spans[0][0]]) == "country" and plural:
            return []  # "A and B, registered in Oman, which are": not the state
    k = spans[0][0] - 1 if len(spans) == 1 and units[j].tag == "," else 0
    inner = next((m for m in range(k - 1, 0, -1) if units[m].tag not in {"B", "X"}), 0)
    if k and units[k].tag == "V" and units[inner].tag == "R" and units[j + 1].tag == "P":
        return listed_to(units, inner, 0)[-1:] or spans  # "the list of those who fund it, from which"
    a = spans[0][0] if len(spans) == 1 and units[j].tag == "," else 0
    if a > 1 and units[a - 1].tag == "," and units[a].lower in {"the", "a", "an"} and units[a - 2].tag == "N":
        called = a > 2 and units[a - 2].text[:1].isupper() and units[a - 3].tag in {"P", "V", "C", "A"}
        return [(a - 2, a - 1)] if called else spans  # "by Volta, the operator of the port, which"
    verb = units[j + 2] if units[j].tag == "," and j + 2 < len(units) else units[j]
    one = verb.lower in {"is", "was", "has"} or set(verb.forms or {}) == {"s"}  # "X, and Y, who chairs it": Y
    return spans[-1:] if len(spans) > 1 and (units[j].tag != "," or one) else spans


def of_it_all(units: Sequence[Unit], spans: Sequence[tuple[int, int]], j: int, main: int) -> bool:
    """Whether ", which" at unit j with a verb in the singular follows a plural: it is about the clause before."""
    if units[j].lower != "which" or units[j - 1].tag != "," or j + 1 != main or len(spans) != 1:
        return False
    head = units[j - 2]
    one = units[main].lower in {"is", "has", "was"} or set(units[main].forms or {}) == {"s"}
    plural = head.tag == "N" and head.text.islower() and head.lower.endswith("s") and not head.lower.endswith("ss")
    return one and plural and spans[0][1] == j - 1 and all(u.lower != "of" for u in units[slice(*spans[0])])


def owned_clause(units: Sequence[Unit], subjects: Sequence[tuple[int, int]], opening: int) -> bool:
    """Whether a clause in a parenthesis is about its noun: ", a body of which both are members,", ", a firm I own,"."""
    start = subjects[0][0] if subjects else 0
    described = units[opening + 1].tag == "D" and start > opening + 2
    return described and (units[start - 1].tag == "R" or (units[start - 1].tag == "N" and units[start].tag in "ODE"))


def before_brackets(units: Sequence[Unit], end: int) -> int:
    """Where what stands in brackets before unit `end` begins: "X (not listed), whom"."""
    if units[end - 1].tag != ")":
        return end
    return next((k for k in range(end - 1, 0, -1) if units[k].tag == "("), end)


def person_last(units: Sequence[Unit], start: int, end: int) -> bool:
    """Whether a parenthesis is a post and the name of who holds it."""
    last = units[end - 1].mention
    plain = all(u.tag in {"N", "E", "P", "D"} for u in units[start:end])
    return last is not None and last.type == "person" and plain and units[start].tag != "P"


def with_place(units: Sequence[Unit], spans: list[tuple[int, int]]) -> bool:
    """Whether a phrase is of a body or place: "the deputy secretary of the League"."""
    return any(u.tag == "P" for u in units[max(0, spans[-1][0] - 1) : spans[-1][1]])
