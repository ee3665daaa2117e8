"""Whether a word is a verb where it stands, and in which form: "the Committee list X" and "the list"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from countervail.evidence.claims.units import CLOSED, Unit, nounlike
from countervail.evidence.tables import frames_of, operator_of
from countervail.evidence.text.tokens import adjectives

BE = CLOSED["be"]
_PLURAL = CLOSED["plural"]
BARE = frozenset({"help", "let", "make", "see", "have"})
"""Verbs with a bare infinitive after them."""
_GERUND_NEXT = frozenset("DEN#OPBTQR")
_STILL = frozenset({"now", "also", "still", "already", "today", "currently"})
OBJECT_NEXT = frozenset("DEO#Q")
_ING_NOUNS = CLOSED["ing_nouns"]
_TITLES = CLOSED["titles"]


def _asserting(units: Sequence[Unit], i: int) -> bool:
    """Whether a verb in the present that can be no noun stands before: "condemns the raid and requests X to"."""
    return any("s" in (u.forms or {}) and (u.forms or {})["s"] not in nounlike() for u in units[:i])


def _of_all(units: Sequence[Unit], i: int, right: str) -> bool:
    """Whether the number before unit i stands for those spoken of: "All three remain", "The two joined it"."""
    first, forms = units[i - 2].lower, units[i].forms or {}
    if first == "all" and i == 2:
        return ("d" in forms and right != "N") or forms.get("b") in {"remain", "stay"}
    return first in {"the", "these", "those"} and i == 2 and "d" in forms and right in OBJECT_NEXT


def verb_form(units: Sequence[Unit], i: int) -> str | None:
    """The form in which unit i is a verb, or None where it is taken for a noun or adjective."""
    unit = units[i]
    forms = unit.forms
    if not forms:
        return None
    before, after = previous_word(units, i), next_word(units, i)
    left = before.tag if before else "^"
    right = after.tag if after else "$"
    if before is not None and before.lower == "to" and "b" in forms:
        governed = i > 1 and any(u.forms for u in units[max(0, i - 5) : i - 1] if u.tag in {"N", "V"})
        governed = governed or (i > 1 and units[i - 2].lower in BE)
        governed = governed or (after is not None and _takes(forms["b"], after.lower))
        noun = forms["b"] in nounlike() and right in {"$", ",", ".", "P"} and unit.lower != "join" and not governed
        return None if noun else "b"
    if (i and units[i - 1].lower in {"no", "least"}) or (unit.lower == "close" and right == "P" and left in {*"NEO"}):
        return None  # "no sanctioned bank", "least developed states", "persons close to the president"
    if left == "N" and i > 1 and units[i - 1].lower in {"th", "st", "nd", "rd"} and units[i - 2].tag == "#":
        return None  # "its 20th set"
    alone = left == "#" and "d" in forms and (i < 2 or units[i - 2].tag in {",", ";", "C"}) and right != "N"
    moved = right == "P" and "d" in forms and ("n" not in forms or forms["d"] in CLOSED["going_on"])
    alone = alone or (left == "#" and i > 1 and (moved or _of_all(units, i, right)))  # "$3 million went to"
    if (
        (left in {"D", "G", "#"} and not alone)
        or (left == "P" and "g" not in forms)
        or (unit.text[0].isupper() and left != "^" and not (left == ":" and "n" in forms and right in {"P", "T"}))
    ):
        return None
    if "g" in forms:
        if left == "P" and _before_finite(units, i):
            return None
        if left == "N" and i > 1 and units[i - 2].lower in {"the", "a"} and units[i - 1].text in adjectives():
            return None  # "refused the Peruvian restructuring a second time"
        shipped = left == "P" and i + 1 < len(units) and units[i + 1].text in adjectives()
        return "g" if shipped else _gerund(unit, left, right)  # "for shipping Iranian crude"
    noun_form = forms.get("s", forms.get("b", "")) in nounlike()
    if "s" in forms and "d" not in forms:
        if left == "V" and i and units[i - 1].tag == "V":
            return None  # "has been supplying shells"
        if i + 1 < len(units) and units[i + 1].lower == "nor":
            return None  # "neither the sanctions nor the ban"
        if noun_form and left == "R" and i > 1 and units[i - 1].lower == "that" and units[i - 2].forms:
            return None  # "proposed that loans to Managua be suspended"
        if noun_form:
            apart = left == "O" or (left == "E" and i > 1 and units[i - 2].tag == "," and forms["s"] == "claim")
            if (
                right == ","
                and left in {"N", "E", "O"}
                and (apart or _that_after(units, i + 1) or _so_before(units, i))
            ):
                return "s"  # "The report notes, at paragraph 12, that", ", so its owner claims,", ", he claims,"
            tells = after is not None and after.lower == "that" and operator_of(forms.get("s", "")) is not None
            asks = right in OBJECT_NEXT or tells or (after is not None and after.lower == "to")
            asks = asks or (after is not None and after.tag == "P" and _takes(forms.get("s", ""), after.lower))
            asks = asks or (i + 1 < len(units) and units[i + 1].lower == "no")  # "Peru supplies no arms"
            closes = asks and any(u.tag == "R" for u in units[max(0, i - 12) : i])
            opened = next((k for k in range(i - 2, 0, -1) if units[k].tag == ","), 0)
            to_do = after is not None and after.lower == "to" and _next_is_verb(units, i)
            closes = closes or (to_do and opened > 0 and units[opened - 1].tag == "E")  # "X, set up in Y, plans to"
            closes = closes or (after is not None and after.lower == "that")
            if left == "," and i > 2 and (right in {"D", "O"} or closes):
                return "s"  # "X, the only member that ..., refuses any", "the text, which Y did not sign, calls on"
            k = i - 1
            while k > 0 and units[k].tag == "N" and (not units[k].forms or units[k].lower == "press"):
                k -= 1
            k -= units[k].tag == "D"  # "denied some media reports that"
            if left == "N" and k < i - 1 and units[k].forms and units[k].tag in {"N", "V"}:
                return None  # "denied press reports that"
            singular = left == "N" and before is not None and not before.lower.endswith("s")
            follows = {u.lower for u in units[i + 2 : i + 3]}
            hoped = forms["s"] in {"hope", "plan", "aim", "wish"} and not follows.isdisjoint({"be", "have"})
            onward = hoped or _next_is_verb(units, i)
            if (singular or left == "C") and after is not None and after.lower == "to" and onward:
                return "s"
            again = left in {"C", ","} and units[i - 1].lower in _STILL
            if (again or (left == "T" and units[i - 2].tag == "C")) and right in {"D", "#", "O"}:
                return "s"  # "and now counts 12 members", "and today counts 12"
            if left == "C" and after is not None and after.lower == "that":
                return "s"  # "accuses X and regrets that"
            if left == "C" and right in {"D", "E"} and _asserting(units, i):
                return "s"  # "condemns the raid by them and requests the Commission to"
            named = i + 2 < len(units) and units[i + 2].tag == "E"
            if left == "C" and named and after is not None and _takes(forms.get("s", ""), after.lower):
                return "s"  # "urges an inquiry and calls on Italy"
            headlined = forms["s"] in CLOSED["headlined"]
            first = i == 1 or units[i - 2].tag in {"-", ":", ";"}
            plain = left == right == "N" and titled(before) and not units[i - 1].lower.endswith("s")
            if headlined and first and plain:
                return "s"  # "London lifts sanctions on X"
            return (
                "s"
                if (
                    left in {"E", "O", "R"}
                    and (
                        asks
                        or (
                            right == "N"
                            and (left != "E" or (_does(forms) and (headlined or not (after and after.forms))))
                        )
                    )
                )
                or (
                    left == "N"
                    and (
                        right in {"D", "E"}
                        or (after is not None and after.lower in {"them", "him", "us", "me", "this"})
                        or (right == "#" and titled(before))
                        or tells
                    )
                )
                else None
            )
        return "s" if left not in {"^", "P"} else None
    if "d" in forms or "n" in forms:
        if left == "V" and right == "N":
            return None  # "used forged papers"
        if unit.lower in {"concerned", "involved"} and left == "N" and right in {"P", "A", ",", ".", "$", "V"}:
            return None  # "the States concerned"
        if left == "^" and right not in {"P", "E", "T"}:
            return None
        return "d" if "d" in forms else "n"
    return "b" if alone else _base(units, i, before, left, right, noun_form)


def _that_after(units: Sequence[Unit], comma: int) -> bool:
    """Whether "that" follows what a comma and the next one hold, which is no clause."""
    closing = next((k for k in range(comma + 1, min(len(units) - 1, comma + 12)) if units[k].tag == ","), 0)
    inside = {u.tag for u in units[comma + 1 : closing]}
    return closing > 0 and units[closing + 1].lower == "that" and not inside & {"A", "R", "C"}


def _so_before(units: Sequence[Unit], i: int) -> bool:
    """Whether "so" or "as" after a comma leads to unit i, which only nouns stand before."""
    k = next((k for k in range(i - 1, max(0, i - 7), -1) if units[k].tag not in {"N", "D", "E"}), 0)
    return k > 0 and units[k].lower in {"so", "as"} and units[k - 1].tag == ","


def _does(forms: Mapping[str, str], form: str = "s") -> bool:
    """Whether a form in -s after a name and before a noun is rather a verb: "Serbia holds observer status"."""
    return forms.get(form, "") in CLOSED["done_by_names"] | CLOSED["headlined"]


@cache
def _takes(lemma: str, preposition: str) -> bool:
    """Whether a verb of the table of frames goes with a preposition: "calls on"."""
    return any(words[:1] == (preposition,) for words, _ in frames_of(lemma))


@cache
def _leads(lemma: str, preposition: str) -> bool:
    """Whether a preposition leads to the object of a verb of the table: "deal with"."""
    return any(preposition in frame.object for _, frame in frames_of(lemma))


def _before_finite(units: Sequence[Unit], i: int) -> bool:
    """Whether a finite verb follows a form in -ing, which is a noun then: "the office for de-listing rejected it"."""
    if i < 2 or i + 2 >= len(units) or not any(u.tag in {"N", "E"} for u in units[: i - 1]):
        return False
    after, then = units[i + 1], units[i + 2]
    return after.tag == "A" or (after.tag == "N" and "d" in (after.forms or {}) and then.tag == "D")


def _gerund(unit: Unit, left: str, right: str) -> str | None:
    if unit.lower == "grouping" and left == "N" and right not in {"D", "E", "#", "O"}:
        return None  # "a little-known grouping set up in Lome"
    if unit.lower in _ING_NOUNS:
        return "g" if left in {",", "P", "C", "^", *("V" if right == "D" else "")} and right in OBJECT_NEXT else None
    return "g" if right in _GERUND_NEXT or unit.lower == "joining" or left in {"P", ",", "V"} else None


def _many_before(units: Sequence[Unit], i: int) -> bool:
    """Whether a plural that opens the sentence stands before what the comma before unit i closes."""
    i -= units[i - 1].tag == "B"
    opening = next((k for k in range(i - 2, 0, -1) if units[k].tag == "," and not _joins_names(units, k)), 0)
    head = next((k for k in range(opening) if units[k].tag == "P"), opening) - 1
    return opening > 0 and head >= 0 and units[head].tag == "N" and units[head].lower.endswith("s")


def _joins_names(units: Sequence[Unit], comma: int) -> bool:
    """Whether a comma stands between the names of a list: "its members, Togo, the Gambia, and Gabon, deny it"."""
    k = comma + 1 + [u.tag for u in units[comma + 1 : comma + 2]].count("C")
    k += k < len(units) and units[k].tag == "D"
    return units[comma - 1].tag == "E" and k < len(units) and units[k].tag == "E"


def _headed_by_many(units: Sequence[Unit], i: int) -> bool:
    """Whether a plural and "of X" stand before unit i: "that members of the Circle seek to evade it"."""
    k = next((k for k in range(i - 1, max(0, i - 6), -1) if units[k].tag not in {"N", "E", "D"}), 0)
    return k > 1 and units[k].tag == "P" and units[k - 1].tag == "N" and units[k - 1].lower.endswith("s")


def _many(units: Sequence[Unit], i: int) -> bool:
    """Whether a plural and a participle with its doer stand between the beginning and unit i."""
    k = next((k for k in range(1, min(i, 5)) if "n" in (units[k].forms or {})), 0)
    plural = k > 0 and units[k - 1].tag == "N" and units[k - 1].lower.endswith("s")
    return plural and units[k + 1].tag == "P" and all(u.tag in {"P", "D", "N", "E"} for u in units[k + 1 : i])


def _base(units: Sequence[Unit], i: int, before: Unit | None, left: str, right: str, noun_form: bool) -> str | None:
    """A base form: the plural present, or after "help", "let"."""
    if before is None:
        return None
    asked = units[0].lower == "should" and i < 8 and right in {*"DEN#"}
    if asked and not any(u.tag == "V" for u in units[:i]):
        return "b"
    if left in {",", "C"} and _of_series(units, i, left, right, noun_form):
        return "b"  # "should publish the list, agree on a date and offer a seat"
    object_next = right in OBJECT_NEXT or (i + 1 < len(units) and units[i + 1].text in _TITLES)
    if left in {"N", "E", "O", ","} and (object_next or not noun_form) and _subjunctive(units, i):
        return "b"  # "recommends that the Council appoint an auditor"
    onward = _next_is_verb(units, i) and units[i + 1].lower == "to"
    named = left == "," and i > 1 and units[i - 2].tag == "E"  # "its members, A and B, deny wrongdoing"
    told = right in {"D", "O"} if noun_form else right in {"D", "E", "O", "N"}
    told = told if named else right in {"D", "E"} and not noun_form
    if left == "," and (onward or told) and _many_before(units, i):
        return "b"  # "Rights groups in Norway, including X, accuse Y"
    that = i + 1 < len(units) and units[i + 1].lower == "that"
    many = left == "N" and before.lower.endswith("s")
    if that and left in {"N", "E"} and (not noun_form or many or _many(units, i)):
        return "b"  # "the members of the League propose that", "Papers obtained by the Group show that"
    named = left == "E" and before.lower.endswith("s") and i > 1 and units[i - 2].lower == "the"
    if named and right in {"D", "#"}:
        return "b"  # "because the Emirates pay the rest"
    plural = before.lower in _PLURAL or left == "R" or (left == "N" and before.lower.endswith("s"))
    onward = onward or (right in {"P", ".", ","} and not noun_form)
    coordinated = left == "E" and any(u.tag == "C" for u in units[max(0, i - 4) : i])
    if coordinated and right in {",", "."} and not noun_form and any(u.tag == "R" for u in units[max(0, i - 12) : i]):
        return "b"  # "the pact, to which Chad and Togo belong,"
    if left in {"N", "E"} and (onward or right in {"D", "E", "O", "N"}) and many_of_a_place(units, i):
        return "b"
    if left in {"E", "N"} and (right in {"D", "E", "N", "#", "O"} or _with_preposition(units, i)):
        for unit in units[max(0, i - 7) : i - 1]:
            if unit.forms and BARE.intersection(unit.forms.values()):
                return "b"
    helps = left == "N" and before.lower.endswith("s") and BARE.intersection((units[i].forms or {}).values())
    if helps and any(u.forms and "b" in u.forms for u in units[i + 2 : i + 5]):
        return "b"  # "traders help firms evade"
    after_it = units[i + 1] if i + 1 < len(units) else None
    if (
        (units[i].forms or {}).get("b") in {"include", "comprise"}
        and _many(units, i)
        and (object_next or titled(after_it))
    ):
        return "b"  # "Firms listed by Japan include X"
    those = i > 1 and units[i - 2].lower == "those" and "n" in (units[i - 1].forms or {})
    if those and right in {"D", "E", "#"}:
        return "b"  # "Those designated include X"
    if (coordinated or many or _headed_by_many(units, i)) and _next_is_verb(units, i) and units[i + 1].lower == "to":
        return "b"  # "Cuba and Nicaragua plan to create"
    relative = left == "R" and units[i - 1].tag == "B"  # "states that allegedly sponsor terrorism"
    leads = right == "P" and i + 1 < len(units) and _leads((units[i].forms or {}).get("b", ""), units[i + 1].lower)
    relative = relative or (left == "R" and i > 1 and leads and units[i - 2].lower.endswith("s"))  # "men that deal in"
    after = next_word(units, i)
    held = coordinated and right == "N" and _does(units[i].forms or {}, "b")  # "Togo and Benin hold observer status"
    held = held and not (after is not None and after.forms)
    if noun_form and not (before.lower in _PLURAL or right in OBJECT_NEXT or relative or held):
        return None
    if left == "C" and object_next and any(u.tag == "V" and _subjunctive(units, k) for k, u in enumerate(units[:i])):
        return "b"  # "demands that X withdraw the list and lift the blockade"
    if plural or (coordinated and right in {"D", "E", "N", "#", "O", "P"}):
        return "b"
    return "b" if left == "C" and not noun_form and right in {"D", "E", "#", "N"} and verbal_before(units, i) else None


def _of_series(units: Sequence[Unit], i: int, left: str, right: str, noun_form: bool) -> bool:
    """Whether a verb goes on with what a modal or infinitive before it began."""
    done = right in {"D", "O"} or (not noun_form and left == "," and _with_preposition(units, i))
    joined = (k + 1 for k in range(i + 1, min(len(units) - 2, i + 14)) if units[k].tag == "C")
    later = any("b" in (units[k].forms or {}) and units[k + 1].tag in OBJECT_NEXT for k in joined)
    return done and (left == "C" or later) and verbal_before(units, i)


def _with_preposition(units: Sequence[Unit], i: int) -> bool:
    """Whether a preposition that goes with the verb follows: "helped Mali get around the embargo"."""
    after = next_word(units, i)
    return after is not None and after.tag == "P" and _takes((units[i].forms or {}).get("b", ""), after.lower)


_WISHES = CLOSED["wishes"]


def _subjunctive(units: Sequence[Unit], i: int) -> bool:
    """Whether a verb that wishes something and "that" stand before: "we propose that the bank appoint"."""
    k = next((k for k in range(i - 1, max(0, i - 10), -1) if units[k].lower == "that"), None)
    if k is None or any(u.tag in {"A", "V"} for u in units[k:i]):
        return False
    told = any(u.lower == "to" for u in units[max(0, k - 4) : k])  # "proposed to the board that it list X"
    near = 24 if units[k - 1].tag == "C" else 6 if told else 3  # "that the Council delist X and that it list Y"
    if CLOSED["ideas"].intersection(u.lower for u in units[max(0, k - 4) : k]):
        return True  # "a proposal by Peru that the bank appoint"
    return any(u.forms and _WISHES.intersection(u.forms.values()) for u in units[max(0, k - near) : k])


def many_of_a_place(units: Sequence[Unit], i: int) -> bool:
    """Whether a plural and its phrase open the sentence before unit i: "Prosecutors in Milan accuse X"."""
    k = next((k for k in range(1, i) if units[k].tag == "P"), None)
    if k is None or units[k - 1].tag != "N" or not units[k - 1].lower.endswith("s") or i - k > 6:
        return False
    i -= units[i - 1].tag == "B"  # "Banks in Italy still decline to"
    return all(u.tag in {"D", "N", "E", "#", "P", "G"} for u in [*units[: k - 1], *units[k + 1 : i]])


def verbal_before(units: Sequence[Unit], i: int) -> bool:
    """Whether an infinitive or modal stands before: "to leave and join", "will leave and join"."""
    return any(
        u.lower in CLOSED["modals"] or (u.lower == "to" and n + 1 < len(units) and units[n + 1].forms)
        for n, u in enumerate(units[max(0, i - 18) : i], max(0, i - 18))
    )


def opens_reduced(units: Sequence[Unit], i: int, lemma: str, before: Unit | None, after: Unit | None) -> bool:
    """Whether a participle opens the sentence or a parenthesis: "Founded in 2021, ...", "The League, founded in"."""
    since = after is not None and after.lower in {"since", "before", "after", "as", "once"}
    if (
        after is None
        or not (after.tag in {"P", "T"} or since)
        or (after.lower == "to" and _next_is_verb(units, i) and not (lemma in CLOSED["hearsay"] or _asked(units, i)))
    ):
        return False  # but "X, long rumoured to be leaving,"
    if before is None or before.tag == "(" or (before.tag == ":" and any(u.tag == "," for u in units[i + 1 :])):
        return True
    if before.tag != ",":
        return False
    start = max((k + 1 for k in range(i) if units[k].tag in {":", ";"}), default=0)
    tags = [u.tag for u in units[start:i]]
    commas = sum(t == "," and tags[:k].count("(") <= tags[:k].count(")") for k, t in enumerate(tags))
    verbs = any(tag in {"A", "V"} for tag in tags)
    later = any(u.tag == "," for u in units[i + 1 :]) and any(u.tag == "A" or u.forms for u in units[i + 2 :])
    return lemma in CLOSED["post_modifiers"] if verbs else commas == 1 and later and tags[0] not in {"P", "S", "T"}


def _asked(units: Sequence[Unit], i: int) -> bool:
    """Whether the form in -ed that opens a sentence is of whom it names after a comma: "Invited to join it, Peru"."""
    lemma = (units[i].forms or {}).get("n", "")
    operator = operator_of(lemma)
    led = operator is not None and operator.control == "object" and not i
    comma = next((k for k in range(i + 1, len(units) - 1) if units[k].tag == ","), 0)
    return led and comma > 0 and units[comma + 1].tag in {"E", "D", "O"}


def _next_is_verb(units: Sequence[Unit], i: int) -> bool:
    """Whether the word after the next one can be a verb in its base form."""
    return i + 2 < len(units) and bool(units[i + 2].forms) and "b" in (units[i + 2].forms or {})


def previous_word(units: Sequence[Unit], i: int) -> Unit | None:
    """The word before unit i, past adverbs and negations."""
    while i > 0:
        i -= 1
        if units[i].tag not in "BX":
            return units[i]
    return None


def next_word(units: Sequence[Unit], i: int) -> Unit | None:
    """The word after unit i, past adverbs and negations."""
    for unit in units[i + 1 : i + 4]:
        if unit.tag not in "BX":
            return unit
    return None


def titled(unit: Unit | None) -> bool:
    """Whether a word begins with a capital."""
    return unit is not None and unit.text[:1].isupper()
