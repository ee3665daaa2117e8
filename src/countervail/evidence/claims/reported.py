"""Reports round a clause: "according to X", "..., X said", "reports that ... were dismissed"."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.subjects import Clause, reports, skip_left
from countervail.evidence.claims.units import CLOSED, Unit, listed_from, listed_to
from countervail.evidence.tables import noun_effect

_FALSE = CLOSED["untrue"]


def about_report(clauses: list[Clause], n: int) -> None:
    """ "Reports that A plans to leave B were dismissed": the reports were, not B; "were false": A does not."""
    clause = clauses[n]
    units, start = clause.units, clause.verb.start
    if n == 0:
        return
    for k in range(start - 2):
        if units[k + 1].lower != "that" or units[k].tag != "N" or not noun_effect(units[k].lower):
            continue
        inside = [c for c in clauses[:n] if c.verb.start > k + 1]
        if not any(c.verb.kind == "finite" and not c.relative for c in inside) or clause.relative:
            return
        last = inside[-1].verb.end
        if any(u.tag in {",", "C", "R", "S", ";"} for u in units[last:start]):
            return
        clause.subjects = listed_to(units, k + 1, 0)[-1:]
        if clause.verb.lemma == "be" and any(u.lower in _FALSE for u in units[clause.verb.end : clause.verb.end + 2]):
            for inner in inside:
                inner.untrue = True
        return


def according(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """`according to X`: X says the whole sentence."""
    for i, unit in enumerate(units[:-2]):
        if unit.lower == "according" and units[i + 1].lower == "to":
            source = listed_from(units, i + 2, len(units))[:1]
            parts = [k for k in range(1, i) if units[k].tag == ";"]
            breaks = [k for k in range(1, i) if units[k].tag == "C" and units[k - 1].tag == ","]
            later = [c for c in clauses if c.verb.start > i]
            inserted = bool(breaks and later and i > 2)
            for clause in clauses:
                if parts and clause.verb.start < parts[-1]:
                    continue
                if inserted and clause.verb.start < breaks[-1]:
                    continue  # "A has not signed, and B, according to C, would veto": C speaks of B
                clause.source = clause.source or source


def trailing_reports(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """`..., X said` and `..., said X`: the report covers what stands before it."""
    for n, clause in enumerate(clauses):
        if not reports(clause) or not n or clause.verb.kind != "finite" or clause.relative:
            continue
        start = min(clause.verb.start, clause.subjects[0][0] if clause.subjects else clause.verb.start)
        if clause.coordinated and clause.subjects and clause.subjects[0][0] < clause.verb.start:
            continue
        start = skip_left(units, start)
        opening = start > 0 and units[start - 1].tag in {",", "Q"}
        if not opening or any(c.governor is clause for c in clauses):
            continue
        part = max((k for k in range(start) if units[k].tag == ";"), default=-1)
        for before in clauses[:n]:
            if before.verb.start < part:
                continue  # "A left; B stays, X said": X speaks of B
            if before.governor is None or before.governor.operator is None or not before.governor.operator.speaker:
                before.reported = clause
        _after_report(clauses, n)


def _after_report(clauses: list[Clause], n: int) -> None:
    """`A joined, X says, and has never left`: the clause after the report goes on with the one before it."""
    report = clauses[n]
    earlier = next((c for c in reversed(clauses[:n]) if c.reported is report and c.verb.kind == "finite"), None)
    if earlier is None:
        return
    for later in clauses[n + 1 :]:
        if later.verb.kind != "finite" or reports(later):
            break
        if later.coordinated and later.subjects == report.subjects and not later.relative:
            later.subjects, later.reported = earlier.subjects, report
