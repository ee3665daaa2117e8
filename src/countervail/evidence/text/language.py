"""The language of a text and of its paragraphs, by script and by the small words that are frequent in it.

English and Persian are read. What is in another language is said and not read: the rules would find names where there
are none.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files

READ = frozenset({"English", "Persian"})

_SCRIPTS = (
    ("Latin", re.compile(r"[A-Za-z\u00c0-\u024f]+")),
    ("Cyrillic", re.compile(r"[\u0400-\u04ff]+")),
    ("Arabic", re.compile(r"[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefc]+")),
    ("Greek", re.compile(r"[\u0370-\u03ff]+")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]+")),
    ("Devanagari", re.compile(r"[\u0900-\u097f]+")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]+")),
    ("Japanese", re.compile(r"[\u3040-\u30ff]+")),
    ("Korean", re.compile(r"[\uac00-\ud7af]+")),
    ("Armenian", re.compile(r"[\u0530-\u058f]+")),
    ("Georgian", re.compile(r"[\u10a0-\u10ff]+")),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]+")),
)
_WORD = re.compile(r"[^\W\d_]+(?:\u200c[^\W\d_]+)*")
_ENOUGH = 8  # words below which a Latin or Arabic text is taken for what is read


@cache
def _small() -> dict[str, dict[str, frozenset[str]]]:
    """The small words by script and language; the first language of a script is the one read, if any is."""
    text = (files("countervail.evidence") / "data" / "small_words.tsv").read_text(encoding="utf-8")
    found: dict[str, dict[str, frozenset[str]]] = {}
    for line in text.splitlines()[1:]:
        script, language, words = line.split("\t")
        found.setdefault(script, {})[language] = frozenset(words.split())
    return found


def script_of(text: str) -> str:
    """The script of most letters of a text."""
    if text.isascii():
        return "Latin"
    count = {name: sum(map(len, pattern.findall(text))) for name, pattern in _SCRIPTS}
    if count["Japanese"] > 0.1 * count["Chinese"] > 0:
        count["Japanese"] += count["Chinese"]
    return max(count, key=count.__getitem__)


def language_of(text: str) -> str:
    """The language of a text: that of the script of most letters with most small words; of a few words, the language
    that is read in that script."""
    script = script_of(text[:50_000])
    if script not in _small():
        return script
    words = Counter(w.lower() for w in _WORD.findall(text[:50_000]))
    hits = {lang: sum(words[w] for w in small) for lang, small in _small()[script].items()}
    first = next(iter(hits))
    if sum(words.values()) < _ENOUGH and script != "Cyrillic":
        return first
    best = max(hits, key=hits.__getitem__)
    # names of bodies and places make another language look near: it must be clearly ahead
    return best if hits[best] > 1.5 * hits[first] + 2 or best == first or script == "Cyrillic" else first


def unread(text: str) -> tuple[list[tuple[int, int]], Counter[str]]:
    """The paragraphs in languages that are not read, as spans of the text, and how many there are of each language.

    A paragraph of a few words is read as the text around it is.
    """
    spans: list[tuple[int, int]] = []
    languages: Counter[str] = Counter()
    position = 0
    whole, script = language_of(text[:5000]), script_of(text[:5000])
    english = _small()["Latin"]["English"]
    for line in text.split("\n"):
        end = position + len(line)
        if line.strip():
            words = _WORD.findall(line)
            if line.isascii() and sum(w.lower() in english for w in words) > 0.2 * len(words):
                position = end + 1
                continue
            short = len(words) < 2 * _ENOUGH
            language = whole if short and script_of(line) == script else language_of(line)
            if language not in READ:
                spans.append((position, end))
                languages[language] += 1
        position = end + 1
    return spans, languages


def unread_languages(languages: Counter[str], spans: list[tuple[int, int]], text: str) -> list[str]:
    """A warning for what is not read: the whole text, or some paragraphs of it."""
    if not languages:
        return []
    names = " and ".join(sorted(languages))
    if sum(b - a for a, b in spans) > 0.9 * len(text.strip()):
        return [f"language not supported: {names}; nothing was read from it (English and Persian are read)"]
    return [f"{len(spans)} paragraphs in languages not supported ({names}) were not read"]
