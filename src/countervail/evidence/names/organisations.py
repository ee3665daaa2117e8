"""Organisations named in a text: capitalised phrases round a head noun, known bodies, initials that are spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from countervail.evidence.names import name_words as w
from countervail.evidence.names.short_names import (
    FOR_DESK,
    beginnings,
    coordinated,
    initials,
    mastheads,
    short_bodies,
    short_forms,
    told,
    without_form,
)
from countervail.evidence.text.segments import headline, line_of
from countervail.evidence.text.tokens import (
    FUNCTION,
    Token,
    adjectives,
    country_words,
    lexicon,
    occurrences,
    two_word_countries,
)


class Organisations:
    """The organisations of one text, from its tokens; spans are folded offsets."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens

    def _right(self, i: int) -> int:
        """Index after the last word of the name whose head is token i."""
        tokens, n = self.tokens, len(self.tokens)
        head = tokens[i].bare
        j = i + 1
        if tokens[i].text != head:  # possessive: the name ends here
            return j
        if head in w.NAME_AFTER or head.endswith("banka"):
            j = self._name_after(i)
        if head == "Shipping" and j < n and tokens[j].bare == "Line" and tokens[j].gap == " ":
            j += 1
        links = 0
        while j < n and links < 5 and j - i < 16:
            if tokens[j].gap == ", " and tokens[j].capital and head in w.OF_FIELDS and j > i + 1:
                fields = self._fields(j)  # "Ministry of Industry, Mine and Trade"
                if fields is None:
                    break
                j = fields
                continue
            after = self._linked(i, j, links)
            if after is None:
                break
            j = after
            links += 1
            if tokens[j - 1].text.endswith("'s"):
                break
        return j

    def _name_after(self, i: int) -> int:
        """Index after the name that follows its head: "Bank Orient"."""
        words, tokens, j = lexicon(), self.tokens, i + 1
        while (
            j < len(tokens)
            and tokens[j].capital
            and tokens[j].gap == " "
            and not (tokens[j].bare in words.posts or tokens[j].bare in words.titles)
            and j - i < 4
        ):
            j += 1
        return j

    def _fields(self, k: int) -> int | None:
        """Where the first field after a comma ends, where an "and" and another field follow."""
        tokens, n = self.tokens, len(self.tokens)
        m = k
        while m < n and tokens[m].capital and (m == k or tokens[m].gap == " "):
            m += 1
        goes_on = (
            m - k <= 2
            and m + 1 < n
            and tokens[m].gap == " "
            and tokens[m].text == "and"
            and tokens[m + 1].capital
            and tokens[m + 1].gap == " "
            and tokens[m + 1].bare not in lexicon().titles
            and not self._names_a_body(m + 1)
        )
        return m if goes_on else None

    def _linked(self, i: int, j: int, links: int) -> int | None:
        """Index after what a connector at token j joins to the name ("of the Interior"); None where it ends before."""
        words, tokens, n = lexicon(), self.tokens, len(self.tokens)
        head, connector, k = tokens[i].bare, tokens[j].text, j
        if (head in words.trades and connector == "of") or (head == "Treasury" and connector != "of"):
            return None  # "Levant Shipping of Beirut", "the Treasury for Terrorism"
        if links and w.known_bodies().fullmatch(self.text, tokens[i].start, tokens[j - 1].end):
            return None  # the body is named in full: "OFAC of the Treasury"
        if tokens[k].gap != " " or (connector not in w.LINK and not (connector in {"and", "&"} and j > i + 1)):
            return None
        k += 1
        article = k < n and tokens[k].gap == " " and tokens[k].text in {"the", "la", "los", "las"}
        k += article
        if k >= n or tokens[k].gap != " " or not tokens[k].capital or tokens[k].bare in {*words.titles, *FUNCTION}:
            return None
        if tokens[k].bare in w.CALENDAR or (len(tokens[k].text) == 1 and tokens[k + 1 : k + 2] != []):
            return None  # "the Union on Tuesday", "the Office of the U.S. Treasury"
        long = k + 1 < n and tokens[k].bare in w.LONG_POSTS and tokens[k + 1].bare in words.posts
        post = long or tokens[k].bare in words.posts - {"Justice"}
        if post and not (head in w.OF_A_POST and links == 0 and connector in {"of", "for"}):
            return None
        if not self._joins(head, connector, k, bool(article), links):
            return None
        while (
            k < n
            and tokens[k].capital
            and (tokens[k].gap in {" ", ""} or k == j + 1 + article)
            and tokens[k].bare not in words.titles
        ):
            k += 1
            if k < n and tokens[k - 1].text.endswith("'s"):
                break
            if k < n and tokens[k].bare in words.posts - {"Justice"} and not post:
                break
        return k

    def _joins(self, head: str, connector: str, k: int, article: bool, links: int) -> bool:
        """Whether a connector belongs to the name, and does not lead to another body, a state or a post."""
        tokens = self.tokens
        another = self._names_a_body(k) and not self._ends_in_many(k)
        known = tokens[k].bare in country_words() or tokens[k].bare in lexicon().posts
        if connector in {"and", "&"} and ((article and tokens[k].bare not in w.WATERS) or another or known):
            return False
        place = tokens[k].bare in country_words() or tokens[k].text.isupper()
        styled = tokens[k - 2].bare in {"Republic", "Kingdom", "Sultanate"}  # "of the Republic of Peru"
        if links and connector == "of" and place and head in w.OF_STATES and not styled:
            return False
        if connector in {"with", "concerning"} and (head not in w.WITH or another):
            return False
        if connector in {"on", "against"} and (head in w.SANCTIONING or (article and another)):
            return False  # "sanctions of the Union against the Minerals Bank", "told the Council on the Board's work"
        return connector != "to" or head in {"Embassy", "Mission"}

    def _ends_in_many(self, k: int) -> bool:
        """Whether the capitalised run from token k ends in States or the like: "of Landlocked and Transit States"."""
        m = k
        while m + 1 < len(self.tokens) and self.tokens[m + 1].capital and self.tokens[m + 1].gap == " ":
            m += 1
        return m > k and self.tokens[m].bare in w.MANY

    def _names_a_body(self, k: int) -> bool:
        """Whether the capitalised run from token k holds a head noun of its own."""
        tokens, heads = self.tokens, lexicon().org_heads
        m = k
        while m < len(tokens) and tokens[m].capital and (m == k or tokens[m].gap == " "):
            if tokens[m].bare in heads:
                return True
            m += 1
        return False

    def _left(self, i: int) -> int:
        tokens, head = self.tokens, self.tokens[i].bare
        j = i
        while j > 0 and i - j < 7:
            gap = tokens[j].gap
            previous = tokens[j - 1]
            if gap in {" ", "-", " & "} and w.is_left(previous, head, j == i):
                j -= 1
            elif gap == "' " and j == i and previous.bare.endswith("s") and not self._country_or_person(j - 1):
                j -= w.is_left(previous, head)  # "Baltic Shipbrokers' Guild"
                if tokens[j].gap == "' ":
                    break
            elif (
                gap == " "
                and previous.text in {"and", "&"}
                and j - 2 >= 0
                and previous.gap == " "
                and tokens[j - 2].capital
                and j < i + 1
                and w.is_left(tokens[j - 2], head)
                and not self._country_or_person(j - 2)
                and not self._two_names(j, i)
            ):
                j -= 2
            elif gap == " " and previous.text == "of" and j == i - 1 and j > 1 and tokens[j - 2].bare in w.WATERS:
                j -= 2  # "Gulf of Guinea League"
            else:
                break
        return j

    def _two_names(self, j: int, i: int) -> bool:
        """Whether an "and" before token j joins two names of several words, and not the words of one."""
        tokens, words = self.tokens, lexicon()
        if j < i and all(t.bare in w.GENERIC for t in tokens[j:i]):
            return False  # "Oil | and | Gas Enterprise"
        if tokens[j - 2].bare in words.org_heads:
            return True
        before = [tokens[m].bare for m in (j - 3, j - 2) if m >= 0 and tokens[m].capital]
        left = len(before) == 2 and tokens[j - 2].gap == " " and not any(b in words.not_names for b in before)
        before_post = tokens[min(i + 1, len(tokens) - 1)].bare.title() in words.posts | {"Chief"}  # "X and Army chief"
        return (i > j or before_post) and left and not any(b in words.trades for b in before)

    def _country_or_person(self, k: int) -> bool:
        bare = self.tokens[k].bare
        return (
            bare in country_words()
            or bare in lexicon().given
            or bare in adjectives()
            or bare in lexicon().capitals
            or self.tokens[k].text.endswith("'s")
        )

    def _small_or_state(self, k: int) -> bool:
        bare = self.tokens[k].bare
        return bare.lower() in FUNCTION or bare in adjectives() or bare in country_words()

    def phrases(self) -> Iterator[tuple[int, int]]:
        """Spans of names built round a head noun."""
        words, tokens = lexicon(), self.tokens
        done = 0
        for i, token in enumerate(tokens):
            head = token.bare in words.org_heads or self.text[token.start - 6 : token.end] == "Money Transfer"
            head = head or (token.bare.endswith(("bank", "banka")) and len(token.bare) > 6)  # "Hanseatic Girobank"
            if i < done or not token.capital or not head:
                continue
            left, right = max(self._left(i), done), self._right(i)
            following = tokens[i + 1] if i + 1 < len(tokens) else None
            if following and right <= i + 3 and self._headed_later(i):
                continue  # "News Agency": the later head closes the name
            if self.text[token.end : token.end + 1] == "-" and self.text[token.end + 1 : token.end + 2].isalpha():
                continue
            left = self._trimmed(i, left)
            inner = next((m for m in range(i + 1, right) if tokens[m].bare in words.org_heads), None)
            domain = left == i and token.bare in w.DOMAINS
            summit = token.bare == "Conference" and any(t.bare == "Heads" for t in tokens[i + 2 : i + 3])
            if (token.bare in w.WITHIN or domain or summit) and inner is not None:
                # an organ of a named body: the body is the name
                left = inner
                while left - 1 > i and tokens[left - 1].capital:
                    left -= 1
                if summit and tokens[left - 1].text in {"of", "the"}:
                    last = left - 1 - (tokens[left - 1].text == "the")
                    yield token.start, tokens[last - 1].end
            if self._is_no_name(i, left, right):
                continue
            done = right
            yield tokens[left].start, tokens[right - 1].start + len(tokens[right - 1].bare)

    def _headed_later(self, i: int) -> bool:
        """Whether a later word of the same capitalised run is a head noun too: "Bullion | Market Association"."""
        tokens, k = self.tokens, i + 1
        if k + 2 < len(tokens) and tokens[k].text == "and" and tokens[k + 1].bare in w.GENERIC:
            return tokens[k + 1].gap == " " and tokens[k + 2].gap == " " and tokens[k + 2].bare in lexicon().org_heads
        while k < len(tokens) and k < i + 4 and tokens[k].capital and tokens[k].gap == " ":
            if tokens[k].bare in lexicon().org_heads:
                sector = tokens[i].bare in {"Industries", "Industry", "Services", "Resources"}
                return k == i + 1 or sector or tokens[i].bare in lexicon().trades
            if tokens[k].text != tokens[k].bare or tokens[k].bare in lexicon().posts:
                break
            k += 1
        return False

    def _trimmed(self, i: int, left: int) -> int:
        """The first word of the name: without a shouted word, a nationality or an owner before it."""
        tokens, token = self.tokens, self.tokens[i]
        while left < i and tokens[left].text.isupper() and len(tokens[left].text) > 3 and not token.text.isupper():
            if tokens[left].text in lexicon().orgs:
                break  # "ASEAN Bankers Association"
            left += 1
        left += 0 < left < i and tokens[left].bare in w.CALENDAR and tokens[left - 1].text in {"In", "in"}  # "In May X"
        left += left < i and tokens[left].text.endswith("-based")  # "Kano-based Tella Mills"
        # "Russian Finance Ministry": the adjective is not part of the name
        owned = left < i and (tokens[left].bare in adjectives() or tokens[left].text.endswith("'s"))
        left += token.bare in w.MINISTRY and owned
        for m in range(left, i):  # "Iran's Central Bank", "Bangkok's Thonburi Commercial Bank"
            place = tokens[m].bare in country_words() or tokens[m].bare in lexicon().capitals
            place = place or (m > left and f"{tokens[m - 1].text} {tokens[m].bare}" in two_word_countries())
            if tokens[m].text.endswith("'s") and place:
                left = m + 1
        return left

    def _is_no_name(self, i: int, left: int, right: int) -> bool:
        """Whether the phrase is only words: a head alone, generic words before it, a trade, a government."""
        words, tokens, token = lexicon(), self.tokens, self.tokens[i]
        if token.text.isupper() and FOR_DESK.match(self.text, token.end):
            return True  # to whom a cable goes: "DEPARTMENT FOR AF/E"
        alone = left == i and right == i + 1
        member = [t.bare.rstrip("s") for t in tokens[max(0, i - 2) : i]] == ["Member", "of"]
        if alone and (member or token.bare not in w.ALONE or token.bare in words.weak_heads):
            return True  # "Member of Parliament X" is a post
        quoted = self.text[max(0, tokens[left].start - 1) : tokens[left].start] == '"'
        line_start = self.text.rfind("\n", 0, token.start) + 1
        line = self.text[line_start : line_start + 300 + token.end - token.start].split("\n", 1)[0][:300]
        if not quoted and headline(line):
            return True
        before, ends = tokens[left:i], right == i + 1 and left < i
        plain = [t.bare in words.not_names for t in before]
        opening = ends and tokens[left].first and not quoted and token.bare in words.weak_heads
        if opening and all(plain) and all(t.bare not in words.specific for t in before):
            return True  # "Foreign Party", "New Report" at the start of a sentence
        if ends and token.bare in {"Board", "Committee", "Council"} and all(t.bare in w.INNER for t in before):
            return True
        national = [t.bare in adjectives() or t.bare in country_words() for t in before]
        if token.bare in words.trades and all(p or q for p, q in zip(plain, national, strict=True)):
            return True
        following = tokens[right] if right < len(tokens) else None
        goes_on = following is not None and following.capital and following.gap == " " and right == i + 1
        if goes_on and following and token.bare in words.trades and following.bare in words.not_names - w.CALENDAR:
            return True  # "Maritime Affairs"
        before_it = self.text[max(0, tokens[left].start - 12) : tokens[left].start]
        if token.bare in words.trades and before_it.endswith(("inister of ", "inister for ")):
            return True  # "the Minister of Mineral Resources"
        first = tokens[left].bare
        person = left == i - 1 and first not in words.not_names and first not in words.org_heads
        if token.bare == "Administration" and person:
            return True
        capital = all(t.bare in words.capitals or t.bare in adjectives() for t in before)
        alone = line.strip() == self.text[tokens[left].start : token.end]
        return ends and capital and token.bare in {"Government", "Mission"} and not alone

    def known(self) -> Iterator[tuple[int, int]]:
        """Spans of bodies known by name, which no person bears."""
        given = lexicon().given
        for m in w.known_bodies().finditer(self.text):
            line = line_of(self.text, m.start())
            if m.group() in {"WHO", "ECO", "AP", "RT", "CIS", "SANA", "BIS", "ICC"} and line.isupper():
                continue  # a word in a line of capitals
            before = self.text[max(0, m.start() - 24) : m.start()]
            if m.group()[1:].islower() and before[-1:] == " " and before.split(" ")[-2] in given:
                continue  # "Nadia Orlen"
            yield m.span()

    def lower_heads(self) -> Iterator[tuple[int, int]]:
        """`Kommersant newspaper`, `the group "Name"`: capitalised runs beside a common noun."""
        words, tokens = lexicon(), self.tokens
        i = 0
        while i < len(tokens):
            if not tokens[i].capital:
                i += 1
                continue
            j = i + 1
            while j < len(tokens) and tokens[j].capital and tokens[j].gap == " " and not tokens[j].first:
                j += 1
            start, end = i, j
            i = j
            while start < end and self._small_or_state(start):
                start += 1
            run = tokens[start:end]
            if not run:
                continue
            places = all(t.bare in words.capitals or t.bare in words.rails for t in run)
            if places or any(t.bare in words.titles or t.bare in words.posts for t in run):
                continue
            before = self.text[max(0, run[0].start - 50) : run[0].start]
            after = self.text[run[-1].end : run[-1].end + 40]
            generic = all(t.bare in words.not_names for t in run)
            if w.OWNED.match(after) and not generic and run[0].bare not in words.given | words.capitals:
                yield run[0].start, run[-1].start + len(run[-1].bare)
                continue
            if (w.BEFORE_LOWER.match(after) and not run[-1].text.endswith("'s")) or w.AFTER_LOWER.search(before):
                called = re.search(r'(?<!group )(?<!party )(?:called|named|known as) "?$', before)
                if generic or (called and (run[0].bare in words.given or '"' not in before[-2:])):
                    continue
                yield run[0].start, run[-1].start + len(run[-1].bare)


def find_organisations(text: str, tokens: list[Token]) -> list[tuple[int, int]]:
    """Folded spans of the organisations, non-overlapping (the longest at a place), in order, and every later
    occurrence of their names."""
    finder = Organisations(text, tokens)
    spans = {*finder.phrases(), *finder.known(), *finder.lower_heads(), *initials(text, tokens), *w.publishers(text)}
    spans = w.unseated({*spans, *told(text).find(), *mastheads(text)}, text)
    spans |= set(coordinated(spans, text))
    spans |= set(short_bodies({text[a:b] for a, b in spans}, text))
    names = {text[a:b] for a, b in spans}
    again = {
        n
        for n in names
        if len(n) > 2 and (n[0].isupper() or n.isupper()) and "\n" not in n and n not in country_words()
    }
    again |= without_form(names)
    again |= beginnings(again, text)
    if again:
        spans |= set(occurrences(again, text))
    if short := short_forms(names, text):
        spans |= set(occurrences(short, text, r"[\w-]|\s[A-Z]"))
    chosen: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not chosen or start >= chosen[-1][1]:
            chosen.append((start, end))
        elif end - start > chosen[-1][1] - chosen[-1][0]:
            chosen[-1] = (start, end)
    return chosen
