"""Synthetic result tables of a plausible shape, to develop and test the report with: no number here is a result."""

# ruff: noqa: SIM905, E501

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

import jsonschema

from countervail import countries
from countervail.analysis.surface import CLUBS
from countervail.report import results
from countervail.report.tables.columns import described
from countervail.types import Row

MEMBERS = "IRN RUS BLR UKR SYR VEN CUB PRK SDN COD LBN SOM ZWE AFG LBY MLI NIC CHN".split()
ELIGIBLE = "RUS BLR IRN SYR VEN CUB PRK".split()
SENDERS = "USA CAN JPN GBR DEU FRA ITA POL NLD AUT CHE NOR KOR AUS".split()
OTHERS = "IND TUR ARE BRA ZAF IDN VNM THA MEX ARG KAZ SAU EGY NGA SGP MLT HKG LUX CHL PER NZL".split()
PLACEBO = "BRA MEX IND IDN VNM THA MYS PHL ZAF EGY MAR CHL COL PER ARG SAU".split()
READINGS = {
    "letter": "Letter of the deputy for international and regional cooperation",
    "annex": "Annex on the necessity of the club",
    "ambassadors": "Ambassadors at the founding sessions",
    "interview": "Interview of the ambassador in Moscow",
}
PROVISIONS = {
    "currency": "A market that trades in a currency other than the dollar",
    "bank-links": "Correspondent accounts between sanctioned banks, over SEPAM and SPFS",
    "oil-gas": "Oil and gas trade after the example of the exports to Venezuela",
    "matching": "Trade among members where their needs and exports match",
}


def synthetic() -> dict[str, list[Row]]:
    """Every table of the contract, with nulls where results have them."""
    random = Random(0)

    def noise(scale: float) -> float:
        return scale * random.uniform(0.4, 1.6)

    gdp = {code: noise(400_000) for code in (*MEMBERS, *SENDERS, *OTHERS)}
    cost = {code: noise(4.0) for code in ELIGIBLE}
    cost |= {code: noise(0.4) for code in MEMBERS if code not in ELIGIBLE}
    cost["UKR"] = -0.31
    gain = {code: noise(0.5) for code in MEMBERS}
    tables: dict[str, list[Row]] = {
        "meta": [
            {
                "scenario": "asiu", "title": "Alliance of Sanctioned States", "reading": "letter",
                "reading_label": READINGS["letter"], "members": " ".join(MEMBERS), "changes": None, "closure": "fixed",
                "horizon": "long", "anchor": "estimate", "draws": 100, "seed": 0, "version": "0.1.0",
                "world": "bundled 2022", "world_year": 2022, "created": "2026-01-01T12:00:00+00:00",
            }
        ],
        "verdict": _verdict(cost, gain, gdp),
        "surface": _surface(),
        "figures": _figures(cost, gain, gdp),
        "countries": _countries(cost, gain, gdp, noise),
        "provisions": _provisions(gain, gdp),
        "warnings": [{"kind": "date", "field": "settings.baseline_year", "note": "The world's trade is of 2023."}],
        "margins": [
            {
                "measure": f"measure-{k}", "label": "A measure", "new": not k, "country": code,
                "name": countries.name(code), "part": part, "cost_pct": noise(0.2), "cost_usd": noise(5_000),
            }
            for k in range(2)
            for code, part in (("RUS", "target"), ("DEU", "sender"), ("IND", "other"))
        ],
        "joining": [
            {
                "joins": "TUR", "names": "Turkey", "country": code, "name": name, "change_pct": noise(0.1),
                "change_usd": noise(900),
            }
            for code, name in (("TUR", "Turkey"), ("RUS", "Russia"), (None, "the other members"), (None, "the senders"))
        ],
        "measures": [
            {
                "id": f"measure-{k}", "label": label, "kind": kind, "senders": senders, "targets": targets,
                "since": since, "in_baseline": 1.0 if k else 0.8, "new": not k, "target_usd": noise(20_000),
                "target_pct": noise(1.0), "sender_usd": noise(9_000) if k else None,
                "sender_pct": noise(0.1) if k else None, "third_usd": noise(900), "existence": "seen",
                "size_basis": "cited", "acts": "EU: Regulation 1", "source": "A published estimate (2020), table 3",
            }
            for k, (label, kind, senders, targets, since) in enumerate(
                [
                    ("Export controls on advanced goods", "export_control", "G7 EU", "RUS BLR", "2022-02"),
                    ("Import ban on crude oil", "import_ban", "EU", "RUS", "2022-12-05"),
                    ("Price cap on crude oil", "price_cap", "G7 EU", "RUS", "2022-12-05"),
                    ("Embargo", "embargo", "USA", "CUB", "1962-02-07"),
                    ("Secondary sanctions on oil", "embargo", "USA", "IRN", "2018-11-05"),
                ]
            )
        ],
        "acts": [
            {
                "measure": "measure-0", "measure_label": "Export controls on advanced goods", "issuer": issuer,
                "act": act, "adopted": adopted, "in_force": adopted, "wind_down": None, "scope": "Listed goods.",
                "source": "https://example.org/act" if act else None, "source_kind": "official text" if act else None,
                "status": "seen" if act else "not found", "note": None,
            }
            for issuer, act, adopted in [("EU", "Regulation 1", "2022-02-26"), ("UK", None, None)]
        ],
        "senders": [
            {"iso3": c, "name": countries.name(c), "cost_pct": (v := noise(0.2)), "cost_usd": v / 100 * gdp[c],
             "low": 0.7 * v, "high": 1.4 * v}
            for c in SENDERS
        ],
        "third_countries": [
            {"iso3": c, "name": countries.name(c), "u_pct": (u := noise(0.1) - 0.1), "u_usd": u / 100 * gdp[c],
             "c_pct": (v := -noise(0.02)), "c_usd": v / 100 * gdp[c]}
            for c in OTHERS
        ],
        "diversion": [
            {"target": t, "name": countries.name(t), "flow": flow, "partner": p, "partner_name": countries.name(p),
             "lost_usd": (lost := noise(30_000) if p in SENDERS else 0.0),
             "diverted_usd": (won := 0.0 if p in SENDERS else noise(15_000)), "share": (won - lost) / 150_000}
            for t in ("RUS", "IRN") for flow in ("export", "import")
            for p in ("DEU", "USA", "JPN", "CHN", "IND", "TUR", "ARE", "BLR")
        ],
        "whereabouts": [
            {"target": t, "name": countries.name(t), "flow": flow, "sector": sector, "lost_usd": (lost := noise(90_000)),
             "rerouted_usd": 0.4 * lost, "home_usd": 0.1 * lost, "not_made_usd": 0.3 * lost, "cheaper_usd": 0.2 * lost,
             "share": 0.4}
            for t in ("RUS", "IRN") for flow in ("export", "import") for sector in ("", "CRUDE")
        ],
        "discount": [
            {"target": "RUS", "name": "Russia", "price_usd": 79.0, "buyers_usd": 2.4, "bargained_usd": 3.7,
             "freight_usd": 1.7, "embargo_usd": 7.8, "ships_usd": 1.1, "total_usd": 8.9, "quoted_usd": 40.05}
        ],
        "capacity": [
            {"target": t, "name": countries.name(t), "sector": j, "output_usd": noise(50_000), "supply_elasticity": 0.2,
             "held_by": "output" if j == "CRUDE" else "a specific factor", "price_pct": -noise(5.0), "quantity_pct": -1.0}
            for t in ("RUS", "IRN") for j in ("CRUDE", "AGR")
        ],
        "rerouting": [
            {"target": t, "name": countries.name(t), "lost_usd": noise(90_000), "leak_usd": noise(6_000),
             "leak_low": noise(2_000), "leak_high": noise(9_000),
             "leak_club_usd": noise(7_000), "offset": 0.012, "offset_without": 0.011, "blunting": 0.002,
             "blunting_without": 0.001}
            for t in ("RUS", "IRN")
        ],
        "rerouting_hubs": [
            {"target": "RUS", "name": "Russia", "hub": h, "hub_name": countries.name(h), "leak_usd": noise(3_000),
             "leak_low": noise(1_000), "leak_high": noise(5_000),
             "leak_club_usd": noise(3_500), "margin_usd": noise(100)}
            for h in ("CHN", "TUR", "KAZ")
        ],
        "rerouting_sectors": [
            {"target": "RUS", "name": "Russia", "sector": j, "lost_usd": noise(20_000), "leak_usd": noise(2_000),
             "leak_low": noise(1_000), "leak_high": noise(3_000),
             "leak_club_usd": noise(2_500)}
            for j in ("MACHINERY", "ELECTRONICS")
        ],
        "watch": [
            {"rank": k + 1, "hub": h, "hub_name": countries.name(h), "target": "RUS", "name": "Russia", "sector": j,
             "sector_name": j.title(), "expected_usd": 700.0 / (k + 1), "low_usd": 300.0 / (k + 1),
             "high_usd": 900.0 / (k + 1), "observed": seen, "observed_of": None if seen is None else "all goods"}
            for k, (h, j, seen) in enumerate((("CHN", "VEHICLES", 0.65), ("KAZ", "MACHINERY", 0.4), ("UZB", "CHEMICALS", None)))
        ],
        "rerouting_closing": [
            {"target": "RUS", "name": "Russia", "hubs": "CHN TUR", "share": 0.7, "least": True, "target_usd": -noise(700),
             "hubs_usd": -noise(300), "senders_usd": -noise(300)}
        ],
        "backtest": [
            {"name": f"episode-{k}", "base": 2021, "year": 2023, "target": "RUS", "direction": "export",
             "measure": "quantity", "output": "observed", "partners": 40, "model": "one sector", "fitted": None,
             "theil_u": u, "theil_u_all": u, "theil_u_without_china": u if k else None, "correlation": 0.5,
             "sign_share": 0.4, "half": 1.0, "everything": 9.0, "same_total": 1.1}
            for k, u in enumerate((1.1, 0.6, 0.2))
        ],
        "backtest_partners": [
            {"episode": f"episode-{k}", "which": f"Episode, {k}", "base": 2021, "year": 2023, "iso3": p,
             "name": countries.name(p), "before": 2e6, "predicted": 5e6, "observed": 9e6, "unit": "tonnes",
             "barred": p == "DEU"}
            for k in range(3) for p in ("DEU", "CHN", "IND")
        ],
        "claims": _claims(),
        "timeline": [
            {"date": date, "label": label, "document": "000", "place": place}
            for date, label, place in [
                ("1983", "The club is first proposed, according to the summary", "letter 2, paragraph 1"),
                ("2019-06", "A directive after which the strategic council of the club is set up", "letter 2, paragraph 2"),
                ("2022-05-15", "Letter that proposes to activate the club, with an annex", "letter 1, header"),
                ("2022-10", "Sessions with ambassadors at the foreign ministry", "letter 2, paragraph 4"),
                ("2023-04-29", "Summary of the negotiations with other states", "letter 2, header"),
            ]
        ],
        "evidence": [
            {"fact": f"reading {reading}", "label": label, "value": "Russia, Belarus, Congo", "document": document,
             "origin": origin, "place": "letter 1, paragraph 1", "said_by": "a site > a letter > its signatory",
             "modality": "proposed", "quote": "states such as ...", "witnesses": "1 origin", "verdict": "not tested",
             "note": None}
            for (reading, label), document, origin in zip(
                READINGS.items(), ("000", "000", "000", "002"), ("leak:A group",) * 3 + (None,), strict=True
            )
        ],
        "assumptions": [
            {"path": f"club.provisions.{id}.effect", "label": label, "value": 0.05, "low": 0.0, "high": 0.15,
             "unit": "log points", "basis": "assumption", "source": "Baier and Bergstrand (2007) as upper bound",
             "note": None}
            for id, label in PROVISIONS.items()
        ]
        + [
            {"path": "measures.oil-ban.effect", "label": "Effect of the import ban on oil", "value": -0.9, "low": -1.2,
             "high": -0.6, "unit": "log points", "basis": "cited", "source": "A published estimate (2020)",
             "note": "Mirror data"},
            {"path": "settings.closure", "label": "Closure", "value": "fixed", "low": None, "high": None, "unit": None,
             "basis": "assumption", "source": None, "note": "Deficits stay a share of world value added"},
        ],
        "bases": [
            {"basis": basis, "name": name, "sizes": sizes, "trade_usd": trade, "trade_share": part,
             "cost_share": spread, "gain_share": spread}
            for basis, name, sizes, trade, part, spread in [
                ("observed", "Observed", 0, 0.0, 0.0, None),
                ("estimated", "Estimated from data", 12, 60_000.0, 0.6, 0.1),
                ("cited", "Cited", 2, 0.0, 0.0, 0.2),
                ("assumption", "Assumed", 30, 40_000.0, 0.4, 0.65),
                ("world", "Trade of the world that is imputed", None, None, None, 0.05),
            ]
        ],
        "caveats": [
            {"country": c, "name": countries.name(c), "kind": kind, "value": value, "unit": "share", "note": note}
            for c, kind, value, note in [
                ("PRK", "estimated", 0.97, "No national accounts are published; trade from mirror data"),
                ("IRN", "unrecorded oil", 35_000.0, "Oil sold without record is added by estimate"),
                ("CUB", "deficit", 0.12, "A deficit above a tenth of GDP: see the balanced closure"),
                ("VEN", "estimated", 0.81, "Mirror data since 2013"),
            ]
        ],
        "placebo": [
            {"iso3": c, "name": countries.name(c), "cost_pct": noise(0.3) - 0.2, "b": -noise(0.2)} for c in PLACEBO
        ],
        "placebo_summary": [{"median_pct": 0.11, "p95_pct": 0.27, "n": len(PLACEBO), "note": None}],
        "facts": [
            {"topic": "Sanctions on Iran lifted: welfare of Iran", "published": "3 to 6.5", "unit": "%",
             "source": "Ianchovichina, Devarajan and Lakatos (2016)", "checked": "secondary", "ours": cost["IRN"],
             "reason": "Theirs adds oil output, which has no supply response here"},
            {"topic": "Full decoupling of the West from Russia: Russia", "published": "-9.7", "unit": "%",
             "source": "Felbermayr, Mahlkow and Sandkamp", "checked": "brief", "ours": None,
             "reason": "Not run by this scenario"},
        ],
        "sensitivity": [
            {"figure": "offset of the club", "assumption": name, "rank_correlation": r, "share": r * r / 1.2}
            for name, r in [("elasticities", -0.4), ("currency", 0.8), ("oil-gas", 0.5), ("measures' effects", -0.3),
                            ("imputed cells", 0.1)]
        ],
        "readings": [
            {"reading": r, "label": READINGS[r], "china": china, "members": " ".join(m), "n": len(m),
             "population": p, "gdp_usd": g, "intra_trade_usd": t, "document": d, "place": place}
            for r, china, m, p, g, t, d, place in [
                ("letter", "partial", MEMBERS, 2_010_000_000, 23e6, 350_000, "000", "letter 1, paragraph 1"),
                ("annex", "partial", [c for c in MEMBERS if c != "SDN"], 1_960_000_000, 22.9e6, 349_000, "000",
                 "letter 3, paragraph 2"),
                ("ambassadors", "full", ["IRN", "CHN", "BLR", "SYR", "VEN", "CUB"], 1_560_000_000, 18.9e6, 60_000,
                 "000", "letter 2, paragraph 4"),
                ("interview", "full", ["IRN", "RUS", "CHN"], 1_640_000_000, 20.9e6, 260_000, "002", "paragraph 3"),
            ]
        ],
        "deterrence": [
            {"iso3": c, "name": countries.name(c), "gain_pct": gain[c],
             "deterrence_pct": None if c == "PRK" else noise(2.0) if c != "CHN" else 0.4,
             "note": "Has no trade with the senders to lose" if c == "PRK" else None}
            for c in MEMBERS
        ],
        "closures": [
            {"variant": variant, "value": value, "country": "CLUB", "name": "The club", "cost_pct": a,
             "cost_low": None if a is None else 0.8 * a, "cost_high": None if a is None else 1.3 * a, "gain_pct": b,
             "gain_low": 0.5 * b, "gain_high": 2 * b, "offset": None if a is None else b / a, "note": None if a is not None else "no equilibrium: CUB"}
            for variant, value, a, b in [
                ("closure", "fixed", 2.4, 0.31), ("closure", "proportional", 2.2, 0.30),
                ("closure", "balanced", None, 0.29), ("anchor", "estimate", 2.4, 0.31),
                ("anchor", "history", 3.1, 0.31), ("anchor", "gravity", 6.0, 0.33), ("horizon", "long", 2.4, 0.31),
                ("horizon", "short", 3.9, 0.45),
            ]
        ],
        "rests_on": [
            {"country": c, "name": countries.name(c), "gain_pct": gain[c], "without_china_pct": 0.3 * gain[c],
             "china_share": 0.7, "imputed_trade_share": noise(0.4), "note": None}
            for c in MEMBERS if c != "CHN"
        ],
        **_payments(noise),
    }  # fmt: skip
    return tables


def _payments(noise: Any) -> dict[str, list[Row]]:
    spread = {"reach": 0.8, "reach_low": 0.7, "reach_high": 0.9, "wedge": 0.03, "wedge_low": 0.02, "wedge_high": 0.04}
    links = {"bank-link-ven": "Bank link Iran-Venezuela", "bank-links": "All 4 bank links together"}
    alone = {"alone_pct": 1e-6, "alone_low": -1e-7, "alone_high": 3e-6, "alone_usd": 0.06, "low_usd": -0.01}
    pair = {"one": "IRN", "other": "VEN", "one_name": "Iran", "other_name": "Venezuela"}
    low_high = {"": 1.0, "_low": 0.5, "_high": 2.0}
    return {
        "rail_summary": [
            {"network": name, "date": "2023-07-01", "members": 18, "theta": 5.8, **spread}
            for name in ("as it is", "measures lifted", "every proposal", "measures lifted, every proposal")
        ],
        "rail_members": [
            {"iso3": c, "name": countries.name(c), "club_wedge": noise(0.03), "club_reach": 0.8, "world_wedge": 0.03,
             "world_wedge_low": 0.02, "world_wedge_high": 0.04, "world_reach": 0.7, "rails": "SWIFT 8%, SEPAM 100%"}
            for c in MEMBERS
        ],
        "rail_provisions": [
            {"id": id, "label": label, "alone_reach": 0.01,
             **{f"alone_saving{end}": 1e-4 * x for end, x in low_high.items()}, "alone_b": 6e-4, "last_reach": 0.0,
             **{f"last_saving{end}": 0.0 for end in low_high}, "last_b": 0.0,
             **{f"own_b{end}": 0.1 * x for end, x in low_high.items()}, "pairs": 1, "document": "000",
             "place": "letter 3, paragraph 4"}
            for id, label in links.items()
        ],
        "rail_nodes": [
            {"id": "IRN", "name": "Iran", "kind": "member", "x": 0.0, "y": 1.0},
            {"id": "VEN", "name": "Venezuela", "kind": "member", "x": 0.9, "y": -0.4},
            {"id": "ARE", "name": "United Arab Emirates", "kind": "third country", "x": -0.9, "y": -0.4},
            {"id": "SEPAM", "name": "SEPAM", "kind": "rail", "x": 0.1, "y": 0.4},
        ],
        "rail_edges": [
            {"source": a, "target": b, "kind": kind, "share_before": before, "share_after": after, "added": not before}
            for a, b, kind, before, after in [
                ("IRN", "SEPAM", "membership", 1.0, 1.0), ("IRN", "ARE", "correspondent", 0.1, 0.1),
                ("VEN", "IRN", "over SEPAM", 0.0, 0.25),
            ]
        ],
        "rail_events": [
            {"date": "2012-03-17", "id": "iran-swift-2012", "label": "Iran: EU-listed banks off SWIFT",
             "kind": "cut-off", "source": "SWIFT, 15 March 2012", "basis": "observed", "confidence": "high"}
        ],
        "rail_series": [
            {"date": f"{year}-{month:02}", **spread, "change": None if year == 2010 else -0.01 * (month == 3),
             "event": "Iran: banks off SWIFT" if month == 3 else None, "events": None}
            for year in range(2010, 2026) for month in (1, 3)
        ],
        "rail_counts": [
            {"rail": "SPFS", "date": "2023-02-18", "metric": "participants", "value": 469.0, "unit": "institutions",
             "source": "a statement", "confidence": "official"}
        ],
        "rail_pairs": [
            {**pair, "wedge": 0.09, "wedge_low": 0.08, "wedge_high": 0.1, "marginal": 0.1, "reach": 0.2,
             "reach_low": 0.1, "reach_high": 0.25, "routes": 3, "trade": 2.0,
             "weight": 0.01}
        ],
        "rail_provision_pairs": [
            {"id": "bank-link-ven", "label": links["bank-link-ven"], **pair, "wedge_before": 0.09,
             "wedge_after": 0.07, "reach_before": 0.2, "reach_after": 0.4, "b": None, "b_low": 0.03, "b_high": 0.3}
        ],
        "payment_proposals": [
            {"id": id, "label": label, "country": who, "name": called, "worth": "most likely place 1 of 6 (80 % of draws)",
             "own_b": 0.12, "own_b_low": 0.03,
             "own_b_high": 0.28, "reach": 1e-6, **alone, "high_usd": 0.1, "last_pct": 0.0, "last_usd": 0.0,
             "band": "30 draws", "document": "000", "place": "letter 3, paragraph 4"}
            for id, label in links.items() for who, called in (("CLUB", "The club"), ("IRN", "Iran"))
        ],
        "payment_cuts": [
            {"k": k, "rank": 1, "label": "China on SWIFT", "elements": "CHN on SWIFT", "kinds": "membership",
             "wedge_before": 0.03, "wedge_after": 0.05, "exact": True, "examined": 56, "bound": 0.02,
             "worst_pairs": "CHN-RUS", "club_pct": -0.07, "club_usd": -1800.0, "others_pct": -1.0,
             "others_usd": -180_000.0, "senders_pct": -0.2, "senders_usd": -116_000.0, "third_pct": -0.5,
             "third_usd": -94_000.0, "hit_most": "China -1.06 %"}
            for k in (1, 2)
        ],
        "payment_responses": [
            {"budget": 1000.0, "label": "banks of China for Russia cut to 50 %", "club_first": 900.0,
             "senders_first": 12.0, "bound": 3000.0, "club_usd": 950.0, "senders_usd": 10.0, "third_usd": 70.0,
             "ratio": 95.0}
        ],
        "payment_observed": [
            {"id": "exports-rub", "what": "rouble in Russia's exports", "date": "2024-02-15", "use": "held out",
             "observed": 41.6, "model": 47.7, "error": 6.1, "before": 40.0, "source": "Bank of Russia"}
        ],
        "payment_channels": [
            {"network": "2023-07-01", "one_name": "Iran", "other_name": "Venezuela", "wedge": 0.09, "own_system": 0.1,
             "bank": 0.2, "third": 0.3, "informal": 0.4, "dollar_euro": 0.2, "other_currency": 0.8}
        ],
    }  # fmt: skip


def _verdict(cost: dict[str, float], gain: dict[str, float], gdp: dict[str, float]) -> list[Row]:
    head = {"countries": " ".join(ELIGIBLE), "names": "; ".join(countries.name(code) for code in ELIGIBLE)}
    lost, won = (sum(one[code] * gdp[code] / 100 for code in ELIGIBLE) for one in (cost, gain))
    income = sum(gdp[code] for code in ELIGIBLE)
    values = {
        "cost_usd": ("million USD", lost), "cost_pct": ("%", 100 * lost / income), "gain_usd": ("million USD", won),
        "gain_pct": ("%", 100 * won / income), "share": ("share", won / lost),
    }  # fmt: skip
    return [
        {"quantity": name, "unit": unit, "value": x, "low": 0.7 * x, "median": x, "high": 1.5 * x, "note": None, **head}
        for name, (unit, x) in values.items()
    ]


def _surface() -> list[Row]:
    """Of all counted: it rises with b, and less where more of that is a fee."""
    uniform = [("uniform", name, b) for name, b in CLUBS.items()]
    provisions = [("provisions", f"its provisions, {end} sizes", b) for end, b in (("low", 0.0), ("high", 0.15))]
    return [
        {"country": "ALL", "name": "All under broad sanctions", "point": f"{club}, {fee}, {china}",
         "kind": kind, "club": club, "b": b, "fee_share": fee,
         "china": china, "gain_pct": 1.2 * b * (1.0 - fee) * (0.2 + china), "gain_usd": 9e3 * b,
         "offset": 0.4 * b * (1.0 - 1.1 * fee) * (0.2 + china), "note": None}
        for kind, club, b in (*uniform, *provisions)
        for fee in (0.0, 0.5, 1.0)
        for china in (0.0, 0.5, 1.0)
    ]  # fmt: skip


def _figures(cost: dict[str, float], gain: dict[str, float], gdp: dict[str, float]) -> list[Row]:
    rows: list[Row] = []
    club_cost = sum(cost[c] * gdp[c] for c in ELIGIBLE) / sum(gdp[c] for c in ELIGIBLE)
    club_gain = sum(gain[c] * gdp[c] for c in ELIGIBLE) / sum(gdp[c] for c in ELIGIBLE)
    everyone = [(c, countries.name(c), cost[c], gain[c], gdp[c]) for c in MEMBERS]
    everyone.append(("CLUB", "The club", club_cost, club_gain, sum(gdp[c] for c in ELIGIBLE)))
    for reading, scale in zip(READINGS, (1.0, 0.98, 1.6, 1.9), strict=True):
        for code, name, lost, won, size in everyone:
            eligible = code in ELIGIBLE or code == "CLUB"
            won = won * scale

            def add(
                quantity: str, unit: str, value: float | None, note: str | None = None, spread: float = 0.3,
                who: tuple[str, str, str, bool] = (reading, code, name, eligible),
            ) -> None:  # fmt: skip
                low, high = (
                    (None, None) if value is None else (value - spread * abs(value), value + spread * abs(value))
                )
                rows.append(
                    {"reading": who[0], "country": who[1], "name": who[2], "eligible": who[3], "quantity": quantity,
                     "unit": unit, "value": value, "low": low, "median": value, "high": high, "note": note}
                )  # fmt: skip

            add("cost_pct", "%", lost)
            add("cost_usd", "million USD", lost / 100 * size)
            add("gain_pct", "%", won, spread=0.6)
            add("gain_usd", "million USD", won / 100 * size, spread=0.6)
            why = None if eligible else "not identified: the measures on it are lists of persons and firms"
            if code == "SYR":
                eligible, why = False, "not identified: its cost does not stand out from the placebo"
            add("offset", "share", won / lost if eligible else None, why, 0.5)
            add("blunting", "share", 0.2 * won / lost if eligible else None, why, 0.8)
            beyond = code in ("CUB", "PRK")
            add(
                "break_even", "log points", None if beyond or not eligible else 1.3 * lost / 3, "> 5" if beyond else why
            )
            add("p_offset_10", "probability", 0.6 if eligible else None, why, 0.0)
    return rows


def _countries(cost: dict[str, float], gain: dict[str, float], gdp: dict[str, float], noise: Any) -> list[Row]:
    table = countries.load()
    rows = []
    for code in dict.fromkeys((*MEMBERS, *SENDERS, *OTHERS)):
        u = cost.get(code, noise(0.2) - 0.1 if code in OTHERS else noise(0.2))
        c = gain.get(code, -noise(0.02))
        role = "both" if code == "UKR" else "member" if code in MEMBERS else "sender" if code in SENDERS else "other"
        rows.append(
            {"iso3": code, "name": table[code].name, "map_id": table[code].numeric, "role": role, "u_pct": u,
             "c_pct": c, "uc_pct": None if code == "PRK" else u + 0.9 * c, "u_usd": u / 100 * gdp[code],
             "c_usd": c / 100 * gdp[code], "payments_pct": 0.01, "gdp_usd": gdp[code], "population": 3e7, "estimated_share": noise(0.3)}
        )  # fmt: skip
    rows.append(
        {"iso3": "ROW", "name": "Rest of the world", "map_id": None, "role": "other", "u_pct": -0.02, "c_pct": 0.0,
         "uc_pct": -0.02, "u_usd": -900.0, "c_usd": 0.0, "payments_pct": None, "gdp_usd": 5e6, "population": 9e8, "estimated_share": 0.9}
    )  # fmt: skip
    return rows


def _provisions(gain: dict[str, float], gdp: dict[str, float]) -> list[Row]:
    parts = dict(zip(PROVISIONS, (0.42, 0.08, 0.38, 0.0), strict=True))
    size = sum(gdp[c] for c in ELIGIBLE)
    rows = []
    for id, label in PROVISIONS.items():
        who = [("CLUB", "The club", sum(gain[c] * gdp[c] for c in ELIGIBLE) / size, size)]
        who += [(c, countries.name(c), gain[c], gdp[c]) for c in ELIGIBLE]
        for code, name, total, weight in who:
            value = parts[id] * total
            rows.append(
                {"id": id, "label": label, "country": code, "name": name, "alone_pct": value,
                 "alone_usd": value / 100 * weight, "alone_low": 0.2 * value, "alone_high": 2.1 * value,
                 "last_pct": 0.9 * value, "last_usd": 0.9 * value / 100 * weight, "basis": "assumption",
                 "source": "Baier and Bergstrand (2007) as upper bound", "document": "000", "place": "letter 3, paragraph 4"}
            )  # fmt: skip
    return rows


def _claims() -> list[Row]:
    people = dict(zip(READINGS, (2_010_000_000, 1_960_000_000, 1_560_000_000, 1_640_000_000), strict=True))
    rows: list[Row] = [
        {"id": "market-of-two-billion", "label": "The club makes a market of two billion people", "reading": reading,
         "claimed": 2_000_000_000, "computed": value, "unit": "persons", "ratio": value / 2e9,
         "verdict": "holds" if value > 1.98e9 else "does not hold", "data": "World Bank, population 2022",
         "arithmetic": "all members, China whole", "document": "000", "place": "letter 2, paragraph 5"}
        for reading, value in people.items()
    ]  # fmt: skip
    rows.append(
        {"id": "six-countries", "label": "Ambassadors of six countries took part", "reading": "ambassadors",
         "claimed": 6, "computed": 5, "unit": "countries", "ratio": 5 / 6, "verdict": "five are named",
         "data": "the document itself", "arithmetic": "names counted", "document": "000", "place": "letter 2, paragraph 4"}
    )  # fmt: skip
    rows.append(
        {"id": "proposed-1983", "label": "The club was first proposed in 1983", "reading": None, "claimed": "1983",
         "computed": None, "unit": "date", "ratio": None, "verdict": "cannot be checked", "data": None,
         "arithmetic": None, "document": "000", "place": "letter 2, paragraph 1"}
    )  # fmt: skip
    return rows


KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (float, int),
    "integer": (int,),
    "boolean": (bool,),
    "date": (str,),
    "any": (str, float, int),
}


def sound(tables: dict[str, list[dict[str, Any]]]) -> None:
    """Every row has the described columns, of the described kinds, finite or null; and all of them fit the schema."""
    assert list(tables) == list(described())
    for name, rows in tables.items():
        columns = described()[name].columns
        for row in rows:
            assert list(row) == [c.name for c in columns], name
            for column in columns:
                value = row[column.name]
                assert value is None or type(value) in KINDS[column.kind], (name, column.name, value)
                assert not isinstance(value, float) or math.isfinite(value), (name, column.name)
    document = json.loads(results.text(tables))
    jsonschema.validate(document, results.json_schema())
