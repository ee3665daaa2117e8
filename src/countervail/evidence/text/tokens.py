"""Words of a folded text with what the name rules ask of them: capitals, line, neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from countervail.evidence.lexicon import lexicon

_WORD = re.compile(r"[^\W_](?:[\w'&-]*\w)?")
FUNCTION = lexicon().function


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its folded span, whether it begins with a capital, and what stands between it and the word before."""

    text: str
    start: int
    end: int
    capital: bool
    gap: str
    first: bool  # of its sentence or line

    @property
    def bare(self) -> str:
        """The word without a possessive ending, with a head noun or post that an OCR misread put right ("Cornpany")."""
        return _bare(self.text, self.capital)


_CONFUSED = str.maketrans({"l": "i", "1": "i", "|": "i", "!": "i", "0": "o", "5": "s", "8": "b", "e": "c"})


def _shape(word: str) -> str:
    """What is left of a word when the letters that an OCR confuses are made equal."""
    return word.lower().replace("rn", "m").translate(_CONFUSED)


@cache
def _heads() -> dict[str, str]:
    words = lexicon()
    return {_shape(w): w for w in words.org_heads | words.posts | words.titles if len(w) >= 5}


@lru_cache(maxsize=50_000)
def _bare(text: str, capital: bool) -> str:
    word = text[:-2] if text.endswith("'s") else text.rstrip("'")
    if capital and len(word) >= 5:
        repaired = _heads().get(_shape(word))
        if repaired is not None and repaired.lower() != word.lower():
            return repaired
    return word


def _misread_capital(word: str) -> bool:
    """Whether a small l stands for the capital I of a word that is always written with one ("lranian")."""
    if word[0] != "l" or len(word) < 4:
        return False
    from countervail.evidence.names.gazetteer import adjectives, country_words

    whole = "I" + word[1:]
    return (
        whole in adjectives()
        or whole in country_words()
        or whole
        in {
            "Islamic",
            "International",
            "Investment",
            "Institute",
            "Industry",
            "Industries",
            "Interior",
            "Information",
            "Infrastructure",
        }
    )


def tokenise(text: str) -> list[Token]:
    """The words of a text in order; linear."""
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        gap = text[end : match.start()]
        abbreviation = bool(tokens) and gap == ". " and len(tokens[-1].text) <= 3 and tokens[-1].capital
        first = (
            not tokens
            or "\n" in gap
            or (any(c in ".!?" for c in gap) and not abbreviation)
            or (gap[-1:] in '"' and gap[:1] != " ")
        )
        tokens.append(Token(word, match.start(), match.end(), word[0].isupper() or _misread_capital(word), gap, first))
        end = match.end()
    return tokens


_VERB = re.compile(
    r"\b(?:Says?|Said|Urges?|Proposes?|Calls?|Warns?|Vows?|Signs?|Meets?|Backs?|Rejects?|Seeks?|Plans?"
    r"|Wants?|Joins?|Launch(?:es)?|Agrees?|Den(?:y|ies)|Confirms?|Hails?|Condemns?|Threatens?"
    r"|Will|Is|Are|Was|Were|Has|Have|Could|Would|May|Must|Should|Shows?|Reveals?|Leaves?|Makes?|Takes?"
    r"|Gets?|Goes|Holds?|Offers?|Opens?|Moves?|Turns?|Sends?|Tells?|Asks?|Eyes|Looks?|Aims?|Faces?|Drops?"
    r"|Cuts?|Ends?|Lifts?|Imposes?|Begins?|Starts?|Stops?|Resists?|How|Why|What|Amid|Despite|After|Before"
    r"|As|says?|urges?|proposes?|calls?|warns?|joins?|to [A-Z])\b"
)
_LABELLED = re.compile(
    r"\s*(?:[-*•–] ?)?(?:[A-Z][\w. ]{1,18}:|(?:Mrs?|Ms|Dr|Eng|Prof|Engineer|His Excellency|Her Excellency)\b)"
)


def headline(line: str) -> bool:
    """Whether a line is a headline: set in title case, with a verb, and no sentence, label or address."""
    if len(line) > 250:
        return False
    words = re.findall(r"[A-Za-z][\w'-]*", line)
    long = [w for w in words if len(w) > 3]
    bare = line.rstrip()
    if len(words) < 5 or _LABELLED.match(line) or (bare.endswith((".", ",", ":", ";")) and not bare.endswith("U.S.")):
        return False
    return bool(long) and sum(w[0].isupper() for w in long) >= 0.8 * len(long) and bool(_VERB.search(line))
