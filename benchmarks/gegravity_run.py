"""One experiment of gegravity 0.3 on a trade matrix, with the cost of trade as the only variable."""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from typing import Any, NamedTuple

import numpy as np

from countervail.types import Floats


class Experiment(NamedTuple):
    """What gegravity finds: factory-gate prices, welfare statistic, trade; and the seconds it took."""

    price: Floats
    welfare: Floats
    trade: Floats
    seconds: float


def experiment(names: list[str], trade: Floats, effect: Floats, sigma: float, tolerance: float = 1e-12) -> Experiment:
    """Its experiment on `trade` and the log `effect` `[exporter, importer]`; the baseline's preparation is included.

    Trade costs are the ones that reproduce the data at its gravity equation, so that both solve one problem.
    """
    import pandas as pd

    n = len(names)
    exporter, importer = np.meshgrid(names, names, indexing="ij")
    output, spending = trade.sum(1), trade.sum(0)
    frame = pd.DataFrame(
        {
            "exporter": exporter.ravel(),
            "importer": importer.ravel(),
            "year": "2000",
            "trade": trade.ravel(),
            "Y": np.repeat(output, n),
            "E": np.tile(spending, n),
            "cost": np.log(trade * trade.sum() / np.outer(output, spending)).ravel(),
            "change": 0.0,
        }
    )
    changed = frame.assign(change=effect.ravel())
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        import gegravity as ge

        begin = time.perf_counter()
        data = ge.BaselineData(
            frame,
            imp_var_name="importer",
            exp_var_name="exporter",
            year_var_name="year",
            trade_var_name="trade",
            expend_var_name="E",
            output_var_name="Y",
        )
        estimates = pd.DataFrame([("cost", 1.0, 0.0), ("change", 1.0, 0.0)], columns=["var", "beta", "stderr"])
        coefficients = ge.CostCoeffs(estimates=estimates, identifier_col="var", coeff_col="beta", stderr_col="stderr")
        model: Any = ge.OneSectorGE(
            baseline=data,
            cost_coeff_values=coefficients,
            cost_variables=["cost", "change"],
            year="2000",
            reference_importer=names[0],
            sigma=sigma,
            quiet=True,
        )
        model.build_baseline(omr_rescale=1)
        model.define_experiment(changed)
        model.simulate(ge_tolerance=tolerance)
        seconds = time.perf_counter() - begin
    table = model.country_results.loc[names]
    flows = model.bilateral_trade_results["experiment trade"].unstack("importer").loc[names, names]
    return Experiment(
        price=1 + table["factory gate price change (percent)"].to_numpy(float) / 100,
        welfare=table["welfare statistic"].to_numpy(float),
        trade=flows.to_numpy(float),
        seconds=seconds,
    )
