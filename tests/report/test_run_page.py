"""The report: one self-contained page that allows nothing but its own script, escapes everything, and gives reasons."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from countervail.report.pages.run_page import page
from support.synthetic_tables import synthetic

VOID = {"meta", "br", "hr", "img", "input", "link"}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> ' \" & \u202egnp.exe \x1b[31m {{ 7 * 7 }}"


class Document(HTMLParser):
    """What a test asks of a page: its elements, their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.raw.append((tag, dict(attrs), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            tag, attributes, text = self.raw[-1]
            self.raw[-1] = (tag, attributes, text + data)
        else:
            self.text.append(data)


@pytest.fixture(scope="module")
def html() -> str:
    return page(synthetic())


@pytest.fixture(scope="module")
def document(html: str) -> Document:
    return Document(html)


def test_elements_are_closed_in_order(document: Document) -> None:
    assert document.open == []


def test_policy_allows_its_own_script_and_style_alone(document: Document) -> None:
    policy = next(a["content"] for t, a in document.elements if a.get("http-equiv") == "Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, attributes, text in document.raw:
        if attributes.get("type") != "application/json":
            assert f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy, tag


def test_nothing_is_loaded_and_no_handler_is_inline(document: Document) -> None:
    for tag, attributes in document.elements:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")


def test_data_are_json(document: Document) -> None:
    blocks = {a["id"]: json.loads(t) for _, a, t in document.raw if a.get("type") == "application/json"}
    assert set(blocks) == {"specifications", "themes", "tables"}
    assert blocks["tables"]["world"]["type"] == "Topology"
    assert len(blocks["tables"]["figures"]) == len(synthetic()["figures"])
    for _, attributes in document.elements:
        if "data-chart" in attributes:
            assert attributes["data-chart"] in blocks["specifications"]
            assert set((attributes["data-tables"] or "").split()) <= set(blocks["tables"])


def test_sections_are_in_order(html: str) -> None:
    headings = re.findall(r"<h2 id[^>]*>(.*?)</h2>", html)
    assert headings[:6] == ["The answer", "The world", "Costs and gains", "What each proposal is worth",
                            "How strong a club would have to be", "How the model does on the past"]  # fmt: skip
    assert headings[6:15] == ["Payments", "Deterrence by member", "Senders and third countries",
                              "Through third countries: where to look", "Diverted trade, and what capacity holds back",
                              "Claims checked", "The readings", "Timeline", "Evidence"]  # fmt: skip
    assert headings[15:] == ["Assumptions", "Under other rules", "Placebo", "Published figures beside ours",
                             "Caveats of the data"]  # fmt: skip
    assert html.index('id="backtest"') < html.index('id="appendix"') < html.index('id="payments"')


def test_tables_can_be_read_out(document: Document) -> None:
    tags = [tag for tag, _ in document.elements]
    assert tags.count("table") == tags.count("caption") == tags.count("thead")
    scopes = {attributes.get("scope") for tag, attributes in document.elements if tag == "th"}
    assert scopes == {"col", "row"}


def test_ids_are_unique_and_links_lead_somewhere(document: Document) -> None:
    ids = [attributes["id"] for _, attributes in document.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in document.elements:
        for name in ("href", "aria-labelledby"):
            if attributes.get(name):
                assert (attributes[name] or "").lstrip("#") in ids


def test_what_is_not_identified_has_its_reason(document: Document) -> None:
    text = "".join(document.text)
    assert "not identified: its cost does not stand out from the placebo" in text
    assert "> 5" in text
    assert "None" not in text
    assert "('" not in text
    assert not re.search(r"\b(nan|inf|undefined)\b", text, flags=re.I)


def test_hostile_text_stays_text() -> None:
    def spoil(value: Any, key: str) -> Any:
        keys = ("quantity", "reading", "country", "unit", "map_id", "iso3", "date", "role", "flow")
        return HOSTILE if isinstance(value, str) and key not in keys else value

    tables = {n: [{k: spoil(v, k) for k, v in row.items()} for row in rows] for n, rows in synthetic().items()}
    document = Document(page(tables))
    assert document.open == []
    scripts = [a for t, a, _ in document.raw if t == "script"]
    assert len(scripts) == 5
    text = "".join(document.text)
    assert "<script>alert(1)</script>" in text
    assert "{{ 7 * 7 }}" in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    json_text = next(t for _, a, t in document.raw if a.get("id") == "tables")
    assert "<" not in json_text.split('"world"')[0]


def test_an_empty_run_is_a_page_that_says_so() -> None:
    document = Document(page({}))
    assert document.open == []
    assert "This run has nothing to show here." in "".join(document.text)


def test_without_draws_no_band_is_claimed() -> None:
    tables = synthetic()
    tables["meta"][0]["draws"] = 0
    for row in tables["figures"]:
        row["low"] = row["high"] = None
    text = "".join(Document(page(tables)).text)
    assert "point values, without draws" in text
    assert "(draws:" not in text


def test_a_ratio_without_a_value_gives_its_reason_in_the_headline() -> None:
    tables = synthetic()
    for row in tables["verdict"]:
        if row["quantity"] == "share":
            row.update(value=None, low=None, high=None, note="the cost does not stand out from the placebo")
    text = "".join(Document(page(tables)).text)
    assert "No share is given: the cost does not stand out from the placebo." in text


def test_no_address_of_the_outside_but_licences_namespaces_and_the_pages_cited(html: str) -> None:
    own = re.sub(r"<script>.*?</script>", "", html, flags=re.S)
    addresses = set(re.findall(r"https?://[^\s\"'<>\\]+", own))
    cited = {row["source"] for row in synthetic()["acts"]}
    rest = addresses - cited
    assert all(address.startswith("https://vega.github.io/schema/vega-lite/") for address in rest), rest
    # the pages cited are text: nothing is loaded from them, and nothing leads there
    assert not re.findall(r"=\s*[\"']?https?://", own)
