"""People and organisations named in Persian text, where no capitals help: titles, given names, head nouns and the
words between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from countervail.evidence.text.tokens import Taken, alternatives, country_names, data_sections


@dataclass(frozen=True, slots=True)
class PersianLexicon:
    """Word lists of Persian; entries with several words are kept longest first."""

    titles: tuple[str, ...]
    posts: tuple[str, ...]
    honorifics: frozenset[str]
    org_heads: frozenset[str]
    org_words: frozenset[str]
    stop: frozenset[str]
    given: frozenset[str]


@cache
def persian() -> PersianLexicon:
    """The Persian word lists, in folded spelling."""
    s = {
        key: [w.replace("\u200c", " ").replace("أ", "ا").replace("ة", "ه") for w in words]
        for key, words in data_sections("persian/lexicon.txt").items()
    }
    by_length = {key: tuple(sorted(set(words), key=len, reverse=True)) for key, words in s.items()}
    return PersianLexicon(
        titles=by_length["titles"],
        posts=by_length["posts"],
        honorifics=frozenset(s["honorifics"]),
        org_heads=frozenset(s["org_heads"]),
        org_words=frozenset(s["org_words"]),
        stop=frozenset(s["stop"]),
        given=frozenset(s["given"]),
    )


_L = "\u0621-\u064a\u066e-\u06d3\u06fa-\u06ff"
_WORD = re.compile(rf"[{_L}]+")
_MAX_NAME, _MAX_BODY = 4, 9


@cache
def _title() -> re.Pattern[str]:
    return re.compile(rf"(?<![{_L}])(?:{alternatives(persian().titles)})(?![{_L}])")


@cache
def _country_words() -> frozenset[str]:
    return frozenset(w for row in country_names() for n in row.persian for w in n.split())


@cache
def _head() -> re.Pattern[str]:
    return re.compile(rf"(?<![{_L}])(?:{alternatives(sorted(persian().org_heads))})(?= [{_L}])")


def _words_after(text: str, position: int, limit: int, commas: bool = False) -> list[tuple[int, int, str]]:
    """The words that follow with only a space before each (or a comma and a space)."""
    found = []
    for _ in range(limit):
        if commas and text[position : position + 2] == "، ":
            position += 1
        if text[position : position + 1] != " ":
            break
        match = _WORD.match(text, position + 1)
        if not match:
            break
        found.append((match.start(), match.end(), match.group()))
        position = match.end()
    return found


def _name(text: str, position: int, limit: int = _MAX_NAME) -> tuple[int, int] | None:
    """The name whose first word stands after `position`: words until a post, a small word, a head noun or
    punctuation."""
    lexicon = persian()
    words = _words_after(text, position, limit)
    kept: list[tuple[int, int]] = []
    for start, end, word in words:
        if (
            word in lexicon.stop
            or word in lexicon.org_heads
            or word in lexicon.posts
            or word in lexicon.honorifics
            or (word in _country_words() and kept)
        ):
            break
        kept.append((start, end))
    return (kept[0][0], kept[-1][1]) if kept else None


def find_people(text: str) -> list[tuple[int, int]]:
    """Folded spans of people: after a title, at a given name that a surname follows, and learnt names again."""
    lexicon = persian()
    spans: list[tuple[int, int]] = []
    taken = Taken()
    position = 0
    for match in _title().finditer(text):
        if match.start() < position:
            continue
        end = match.end()
        if text[end : end + 1] == ".":
            end += 1
        # a chain of titles: "جناب آقای دکتر"
        while (following := _title().match(text, end + 1)) and text[end : end + 1] == " ":
            end = following.end()
        position = end
        name = _name(text, end)
        if name and not taken.overlaps(*name):
            spans.append(name)
            taken.add(*name)
    for match in _WORD.finditer(text):
        if match.group() in lexicon.given and not taken.overlaps(*match.span()):
            before = text[max(0, match.start() - 12) : match.start()]
            if re.search(r"(?:میدان|خیابان|شهید|شهر|امام|حضرت) $", before):
                continue
            name = _name(text, match.end(), 3)
            if name is None or name[0] != match.end() + 1:
                continue
            # a given name in running text: one or two surnames, more only where the line ends
            words = text[match.start() : name[1]].split(" ")
            compound = 1 + sum(w in lexicon.given for w in words[1:])
            if len(words) > compound + 2:
                words = words[: compound + 1]
            end = match.start() + len(" ".join(words))
            if not taken.overlaps(match.start(), end) and all(
                w not in lexicon.org_words or w in lexicon.given for w in words
            ):
                spans.append((match.start(), end))
                taken.add(match.start(), end)
    return sorted(spans + _again(text, spans, taken))


def _again(text: str, spans: list[tuple[int, int]], taken: Taken) -> list[tuple[int, int]]:
    lexicon = persian()
    known = set()
    for start, end in spans:
        words = text[start:end].split(" ")
        for size in range(1, len(words) + 1):
            tail = words[-size:]
            if (
                len("".join(tail)) >= 4
                and tail[0] not in lexicon.given | lexicon.org_words | lexicon.stop
                and not (set(tail) & _country_words())
            ):
                known.add(" ".join(tail))
    if not known:
        return []
    pattern = re.compile(rf"(?<![{_L}])(?:{alternatives(sorted(known))})(?![{_L}])")
    found = []
    for match in pattern.finditer(text):
        if not taken.overlaps(*match.span()):
            found.append(match.span())
            taken.add(*match.span())
    return found


def find_organisations(text: str) -> list[tuple[int, int]]:
    """Folded spans of organisations: a head noun and the words that belong to it."""
    lexicon = persian()
    spans = []
    position = 0
    for match in _head().finditer(text):
        if match.start() < position:
            continue
        end = match.end()
        joined = False
        for start, stop, word in _words_after(text, end, _MAX_BODY, match.group() == "وزارت"):
            if word == "و":
                joined = True
                continue
            known = (
                word in {"های", "ها", "ی"}
                or word in lexicon.org_words
                or word in _country_words()
                or word in lexicon.org_heads
            )
            first = end == match.end()
            if word in lexicon.stop or word in lexicon.honorifics or (word in lexicon.posts and not known):
                break
            if word in lexicon.org_heads and joined:
                break
            if not known and not first:
                break
            if joined and not known:
                break
            end, joined = stop, False
            if (
                not known
                and first
                and match.group()
                not in {
                    "شرکت",
                    "بانک",
                    "گروه",
                    "بنیاد",
                    "موسسه",
                    "خبرگزاری",
                    "روزنامه",
                    "دانشگاه",
                    "باشگاه",
                    "اتحادیه",
                    "سازمان",
                    "کمیته",
                }
            ):
                end = match.end()
                break
            _ = start
        if end > match.end():
            spans.append((match.start(), end))
            position = end
    return spans
