"""People named in a text: by title or post, by given name, by apposition, by speaking or signing, and by what is
learnt from those.

A name is reported without titles, posts or articles. A surname once learnt is found again wherever it stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from countervail.evidence.names import name_words as w
from countervail.evidence.names.gazetteer import skeleton
from countervail.evidence.names.listed import labelled
from countervail.evidence.text.segments import headline, headline_verb
from countervail.evidence.text.tokens import DIGRAPHS, FUNCTION, Taken, Token, adjectives, country_words, lexicon


class People:
    """The people of one text; `taken` are folded spans of countries, organisations and dates, where no name begins."""

    def __init__(self, text: str, tokens: list[Token], taken: Taken) -> None:
        self.text = text
        self.tokens = tokens
        self.taken = taken
        self.words = lexicon()
        self.leads, self.no_ends = w.leads_and_ends()
        self.lower = {t.text for t in tokens if not t.capital}
        self.learnt: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.first_names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.last_end = -1
        """Where the person named last ends."""

    # -- runs --------------------------------------------------------------------------------------------------------

    def runs(self) -> Iterator[tuple[int, int]]:
        """Maximal runs of capitalised words outside what is taken, with particles and initials inside."""
        tokens, n = self.tokens, len(self.tokens)
        i = 0
        while i < n:
            token = tokens[i]
            if not token.capital or self.taken.overlaps(token.start, token.end):
                i += 1
                continue
            j = i + 1
            while j < n and j - i < 12:
                t = tokens[j]
                initial = t.gap in {". ", ".", "' "} and (
                    len(tokens[j - 1].text) == 1
                    or tokens[j - 1].text in self.words.titles | DIGRAPHS
                    or tokens[j - 1].text in {"St", "Ste"}
                )
                if (
                    self.taken.overlaps(t.start, t.end)
                    or not (t.gap in {" ", ""} or initial)
                    or tokens[j - 1].text.endswith("'s")
                    or not (t.capital or (t.text in w.PARTICLES and self._particle(j) and self._begins(j - 1)))
                ):
                    break
                j += 1
            if tokens[j - 1].text in w.PARTICLES:
                j -= 1
            yield i, j
            i = j

    def _begins(self, k: int) -> bool:
        """Whether a name can begin with a word: one that is not only capital as the first of its sentence."""
        return not self.tokens[k].first or self.tokens[k].bare in self.words.given

    def _particle(self, j: int) -> bool:
        """Whether small words at j are the particles of a name: a capital follows one to three of them."""
        tokens = self.tokens
        for k in range(j + 1, min(j + 4, len(tokens))):
            if tokens[k].gap != " ":
                return False
            if tokens[k].capital:
                return not self.taken.overlaps(tokens[k].start, tokens[k].end)
            if tokens[k].text not in w.PARTICLES:
                return False
        return False

    def strip(self, i: int, j: int) -> tuple[int, int, bool]:
        """The run without leading titles, posts and small words and without trailing common words; whether a title or
        post led it."""
        tokens, words = self.tokens, self.words
        k = self._field(i, j)
        honoured = [t.text for t in tokens[i : i + 2]] == ["H", "E"]
        titled = k > i or honoured
        honoured = honoured and not {t.bare for t in tokens[i + 2 : i + 3]} & (self.leads | words.not_names)
        while k < j:
            bare = tokens[k].bare
            if self._month(k, j):
                k += 1
                continue
            if bare in w.MONTHS_GIVEN and self._given_beside(k, j):
                break
            if k > i and bare in w.CALENDAR and k + 1 < j and tokens[k - 1].bare in words.titles:
                break  # "Mr. Friday Osei"
            former = bare[:3] == "Ex-" and bare[3:].title() in words.posts
            if former or (bare in self.leads and not (bare in words.posts and tokens[k].text.endswith("'s"))):
                titled = True
                k += 1
            elif bare.lower() in FUNCTION and not (bare in words.given and bare not in {"He", "Will", "May"}):
                titled = False
                k += 1
            elif bare in adjectives() or (bare in words.not_names and bare not in words.given):
                # "Supreme Leader", "Foreign Minister", "Prime Minister": common words before a post
                rest = [tokens[m].bare for m in range(k + 1, j)]
                if not self.leads.intersection(rest):
                    if titled or k > i:
                        return k, k, titled
                    k += 1
                    continue
                k += 1
            elif bare in w.BEFORE_POSTS or (bare == "Sri" and k > i) or (w.DESCRIBING.fullmatch(bare) and k + 1 < j):
                k += 1  # "the Swiss-trained X"
            else:
                # a surname-like word before a post inside the run ("Kremlin Spokesman Dmitry"): cut after the last post
                posts = [m for m in range(k + 1, j - 1) if tokens[m].bare in self.leads]
                if titled or tokens[k].bare in words.given or tokens[k].gap == ", ":  # "Ms. Hodan Sheikh Muse"
                    posts = [m for m in posts if tokens[m].bare not in w.STYLED or tokens[m - 1].bare in words.posts]
                named = tokens[k].bare in words.given or (honoured and k == i)  # "H.E. Talal Al-Fahd Secretary"
                if posts and not named and tokens[k - 1].bare not in {"Dr", "Mr", "Ms", "Mrs"}:
                    k = posts[-1] + 1
                    titled = True
                    continue
                if posts:
                    j = posts[0]
                break
        end = j
        while end > k and self._no_end(k, end):
            end -= 1
        return k, end, titled

    def _no_end(self, k: int, end: int) -> bool:
        """Whether the last word of a run is none of a name: a common noun, "Abu Dhabi-based"."""
        last = self.tokens[end - 1].bare
        common = last in self.no_ends and not self._month_surname(k, end)
        return common or last.endswith(("-based", "-owned", "-registered", "-flagged", "-backed"))

    def _month_surname(self, k: int, end: int) -> bool:
        """Whether two words are a name with a month's for its second: Julian March, but no "Julian March 3"."""
        first, last = self.tokens[k], self.tokens[end - 1]
        if end - k != 2 or first.bare not in self.words.given or last.bare not in w.CALENDAR or last.bare[-3:] == "day":
            return False
        return not re.match(r",? \d", self.text[last.end :][:3])

    def _field(self, i: int, j: int) -> int:
        """Where the name begins after the field of an office: "Minister of Petroleum | Reza Kamrani"."""
        start = self.tokens[i].start
        if not w.OFFICE_OF.search(self.text[max(0, start - 90) : start]):
            return i
        words, k = self.words, i
        k += (
            j - i > 2 and words.given.isdisjoint({self.tokens[i].bare}) and self.text.endswith("Minister of ", 0, start)
        )
        while k < j and self._common(k):
            k += 1
        name = self.tokens[k].bare if k < j else ""
        return k if i < k and j - k >= 2 and (name in words.given or self._unknown(k, j)) else i

    def _month(self, k: int, j: int) -> bool:
        """Whether a word says when, before the name of somebody: "In June Karl Meyer left"."""
        month = k > 0 and k + 2 < j and self.tokens[k].bare in w.MONTHS_GIVEN & w.CALENDAR
        when = month and self.tokens[k - 1].text.lower() in {"in", "since", "until"}
        return when and self.tokens[k + 1].bare in self.words.given

    def _common(self, k: int) -> bool:
        words, bare = self.words, self.tokens[k].bare
        heads = words.org_heads | words.weak_heads | words.trades | words.specific | w.FIELDS
        return bare not in words.given and (bare in words.not_names or bare in heads)

    def _given_beside(self, k: int, j: int) -> bool:
        """Whether a word that is a given name, a month and a verb, or a country, is the name here: a surname follows
        that is no common word."""
        if k + 1 >= j or self.tokens[k + 1].gap != " ":
            return False
        follows = self.tokens[k + 1]
        known = follows.bare in self.words.not_names or follows.bare in self.words.org_heads
        return not known and self._unknown(k + 1, k + 2) and follows.bare.lower() not in FUNCTION

    def _proper(self, k: int, j: int) -> bool:
        """Whether every word of the run can be part of a name."""
        words = self.words
        titled = k > 0 and self.tokens[k - 1].bare in {"Mr", "Ms", "Mrs", "Dr"}
        return any(len(t.bare) >= 3 - titled for t in self.tokens[k:j]) and all(
            (
                t.text in w.PARTICLES
                or t.bare in words.given
                or (t.bare in w.MONTHS_GIVEN and t is self.tokens[k])
                or (t.bare in w.CALENDAR and (titled or self._month_surname(k, j)))
                or w.INITIAL.match(t.bare)
                or (
                    t.bare not in words.not_names
                    and not (t.bare.isupper() and len(t.bare) > 2 and t.bare.title() in words.not_names | words.posts)
                    and t.bare not in words.org_heads
                    and t.bare not in words.posts
                    and t.bare not in adjectives()
                    and t.bare not in words.rails
                    and t.bare not in words.not_initials
                    and t.bare.lower() not in FUNCTION
                )
            )
            and any(c.isalpha() for c in t.text)
            and not re.search(r"\d\d", t.text)
            for t in self.tokens[k:j]
        )

    def _unknown(self, k: int, j: int) -> bool:
        """Whether the words are neither places nor words the text also uses in small letters."""
        words = self.words
        return all(
            t.bare not in words.capitals
            and t.bare not in country_words()
            and t.bare.lower() not in self.lower
            and (not t.bare.isupper() or len(t.bare) == 1)
            for t in self.tokens[k:j]
            if t.text not in w.PARTICLES
        )

    # -- evidence ------------------------------------------------------------------------------------------------------

    def evident(self, i: int, k: int, j: int, titled: bool) -> bool:
        """Whether something shows that tokens [k, j) of a run that began at i name a person."""
        tokens, words, text = self.tokens, self.words, self.text
        start, end = tokens[k].start, tokens[j - 1].start + len(tokens[j - 1].bare)
        before, after = text[max(0, start - 60) : start], text[end : end + 110]
        size = j - k
        if not self._proper(k, j) or size > 5 or " ".join(t.bare for t in tokens[k:j]) in adjectives():
            return False
        line_start = text.rfind("\n", 0, start) + 1
        line = text[line_start : text.find("\n", end) % (len(text) + 1)]  # the last line has no end
        rare = tokens[k].bare in w.MONTHS_GIVEN | w.COUNTRIES_GIVEN and self._given_beside(k, j)
        given = rare or any(
            t.bare in words.given
            or ("-" in t.bare and any(part in words.given or part in w.COUNTRIES_GIVEN for part in t.bare.split("-")))
            or (t.bare.isupper() and len(t.bare) > 2 and t.bare.title() in words.given)
            for t in tokens[k : max(k + 1, j - 1)]
        )
        ship = not titled and (tokens[j - 1].bare.title() in w.SHIP_ENDS or w.HULL.match(after))
        if ship or self._town(k, j) or w.NO_PERSON_ROUND.search(before) or tokens[j - 1].bare in w.NUMERALS:
            return False
        place = all(t.bare in words.capitals for t in tokens[k:j])
        if w.IN_PLACE.search(before) and not titled and re.match(r", [A-Z]", after):
            return False  # "in Ben Gardane, Tunisia"
        if given and size >= 2 and (rare or tokens[k].bare.lower() not in FUNCTION - {"i"}):
            return titled or not before.endswith(("the ", "The ")) or bool(w.CASE_OF.match(after))
        if place or (headline_verb(tokens[k].bare) and not rare):
            return False
        known = size > 1 or tokens[k].bare.lower() not in self.lower or tokens[i].bare in words.titles
        if titled and known and not (size == 1 and self._goes_on(j)):
            return True
        if (
            size >= 2
            and tokens[k].bare.isupper()
            and all(t.bare.isupper() for t in tokens[k:j])
            and re.match(r"/\w|, ", after)
        ):
            return after[0] == "/"
        if (w.LABEL.search(before) or before.endswith(("(Signed) ", "(signed) "))) and size >= 2:
            return True
        if self._initialled(k, j) and self._unknown(j - 1, j):
            return start != line_start or not w.lettered(text, line)
        if 2 <= size <= 4 and self._unknown(k, j) and labelled(text, line, start - line_start, end - line_start):
            return True
        told = self._unknown(k, j) and self._told_by_words(k, j, before, after)
        return not headline(line) and (told or self._alone_on_line(k, j, line_start, line, titled))

    def _town(self, k: int, j: int) -> bool:
        """Whether the words begin with a town's name, or are one with the word after them: "Ho Chi Minh City"."""
        name = [t.bare.title() if t.bare.isupper() else t.bare for t in self.tokens[k : j + 1]]
        return any(" ".join(name[:size]) in w.towns() for size in (2, 3))

    def _goes_on(self, j: int) -> bool:
        """Whether a common word or post goes on what stands before: "Chief Compliance | Officer"."""
        tokens, words = self.tokens, self.words
        if j >= len(tokens) or tokens[j].gap != " " or not tokens[j].capital or tokens[j - 1].text.endswith("'s"):
            return False
        bare = tokens[j].bare
        return bare in words.posts or (bare in words.not_names and bare not in w.CALENDAR)

    def _alone_on_line(self, k: int, j: int, line_start: int, line: str, titled: bool) -> bool:
        """Whether the run is a signature: alone on its line below a closing, above a post or at the end of a letter."""
        text, size = self.text, j - k
        start, end = self.tokens[k].start, self.tokens[j - 1].start + len(self.tokens[j - 1].bare)
        alone = line.strip(' ,.-"').removeprefix("/s/ ")
        if 2 <= size <= 4 and len(alone) - (end - start) <= 12 and (alone.startswith(text[start:end]) or titled):
            closes = w.CLOSING.search(text[max(0, line_start - 60) : line_start].rstrip("\n ,."))
            if closes or w.NEXT_LINE_POST.match(text[end : end + 220]):
                return True
            if not text[end:].lstrip(" ,.\n") and line_start > 60:
                return True
        # "Name, Place" as the last line of a letter
        last = start == line_start and line_start > 60 and re.fullmatch(r", [A-Z][\w'-]+\.?\s*", text[end : end + 40])
        return bool(2 <= size <= 3 and last and end + 40 >= len(text) and self._unknown(k, j))

    def _told_by_words(self, k: int, j: int, before: str, after: str) -> bool:
        """Whether the words around an unknown run say that it is a person's name."""
        tokens, size = self.tokens, j - k
        if re.search(r"\b(?:Dear|DEAR) $", before) or (w.LOWER_POST.search(before) and not w.BODY_AFTER.match(after)):
            return size > 1 or not w.FIRM_TOO.search(before)
        if w.CALLED.search(before) or re.match(r", \d\d, [a-z]", after):  # "a man called Rustam", "Lasha, 24, drove"
            return not tokens[k].first or size > 1 or after[:1] == ","
        if size < 2 or w.BODY_AFTER.match(after) or before.endswith(("the ", "The ", " a ", " an ")):
            return False
        possessed = tokens[j - 1].text.endswith("'s")
        beside = w.APPOSITION.match(after) and after.lstrip()[:1] in {",", "|", "(", ";", "-"}
        if not possessed and (beside or w.WHO.match(after) or w.SPEAKS_FOR.match(after)):
            return True
        if w.SPEAKS.match(self.text[tokens[j - 1].end : tokens[j - 1].end + 60]) or w.ACTED_ON.search(before):
            return True
        if size - sum(t.text in w.PARTICLES for t in tokens[k:j]) > 3:
            return False
        if tokens[k].first:
            return not possessed and bool(w.ACTS.match(after))
        beside_another = before.endswith(" and ") and self.last_end == len(self.text[: tokens[k].start]) - 5
        named = w.NAMED_BY.search(before) or w.DESCRIBED_BEFORE.search(before) or w.AFTER_QUOTE.search(before)
        return beside_another or bool(named)

    def _initialled(self, k: int, j: int) -> bool:
        """Whether the run is initials and a surname: "B. Orazov", "J. R. Halvorsen"."""
        tokens = self.tokens
        short = all(len(t.text) == 1 or t.text in DIGRAPHS for t in tokens[k : j - 1])
        short = short and all(self.text[t.end : t.end + 1] == "." for t in tokens[k : j - 1])
        return 2 <= j - k <= 4 and short and len(tokens[j - 1].bare) >= 3

    def find(self) -> list[tuple[int, int]]:
        """Folded spans of the people, in order."""
        found: list[tuple[int, int]] = []
        rest: list[tuple[int, int, int]] = []
        for i, j in self.runs():
            k, end, titled = self.strip(i, j)
            if k >= end:
                continue
            if self.evident(i, k, end, titled):
                found.append((k, end))
                self.last_end = self.tokens[end - 1].start + len(self.tokens[end - 1].bare)
                self.learn(k, end)
            else:
                rest.append((i, k, end))
        found.extend((a, b) for _, k, end in rest for a, b in self.again(k, end))
        at = self.tokens
        return sorted({(at[a].start, at[b - 1].start + len(at[b - 1].bare)) for a, b in found})

    def learn(self, k: int, j: int) -> None:
        """Remember a name and its surnames."""
        name = tuple(t.bare for t in self.tokens[k:j])
        words = self.words
        for tail in (name[-size:] for size in range(1, len(name) + 1)):
            if len(tail) == 1 and (
                len(tail[0]) < 3
                or (len(name) > 1 and tail[0].lower() in self.lower and tail[0] not in words.given)
                or tail[0] in country_words()
            ):
                continue
            self.learnt.setdefault(tail, name)
            self.learnt.setdefault(tuple(skeleton(w) for w in tail), name)
        if len(name) >= 2 and len(name[0]) >= 4 and name[0] not in words.not_names:
            (self.learnt if name[0] in words.given else self.first_names).setdefault(name[:1], name)
        if len(name) >= 2 and name[0] not in words.given and name[0] not in words.not_names:
            self.learnt.setdefault(name[:-1], name) if len(name) > 2 else None

    def _alone(self, k: int) -> bool:
        """Whether a word is all that stands on its line, as in a greeting or below a letter."""
        token = self.tokens[k]
        start = self.text.rfind("\n", 0, token.start) + 1
        end = self.text.find("\n", token.end)
        return self.text[start : end if end >= 0 else len(self.text)].strip(" ,.!-") == token.text

    def _rare(self, k: int, j: int) -> bool:
        """Whether a word before a surname learnt elsewhere is a given name: "Oruzbek" of one "Mr Tagaev"."""
        labels = self.text[self.tokens[j - 1].end : self.tokens[j - 1].end + 1] == ":"
        rare = self._proper(k, k + 1) and self._unknown(k, k + 1) and (self._begins(k) or labels) and j - k < 5
        return rare and not self.tokens[k].text.endswith("'s")

    def again(self, k: int, j: int) -> Iterator[tuple[int, int]]:
        """Names learnt elsewhere, inside a run without evidence of its own."""
        a = k
        while a < j:
            for b in range(j, a, -1):
                words = tuple(t.bare for t in self.tokens[a:b])
                first = b - a == 1 and words in self.first_names and self._alone(a)
                spelt = first or words in self.learnt
                if spelt or (sum(map(len, words)) >= 5 and tuple(skeleton(w) for w in words) in self.learnt):
                    while not first and a > k and (len(self.tokens[a - 1].text) == 1 or self._rare(a - 1, j)):
                        a -= 1
                    yield a, b
                    a = b
                    break
            else:
                a += 1


def find_people(text: str, tokens: list[Token], taken: Taken) -> list[tuple[int, int]]:
    """Folded spans of the people named in a text."""
    return People(text, tokens, taken).find()
