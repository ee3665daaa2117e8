"""A scenario run in a world, in three stages: its four worlds, everything else that is exact, and bands over draws."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from countervail import arguments
from countervail.analysis.breakeven import break_even_deterrence, break_even_integration
from countervail.analysis.case import Case
from countervail.analysis.case.draws import sample
from countervail.analysis.decompose import (
    Part,
    dependence,
    discounts,
    diversion,
    joining,
    measures,
    new_measures,
    provisions,
    variants,
    whereabouts,
)
from countervail.analysis.identification import Placebo, placebo
from countervail.analysis.outcome import Outcome
from countervail.analysis.payment_links import Study, network_of, study
from countervail.analysis.rerouted import rerouted
from countervail.analysis.surface import surface
from countervail.analysis.uncertainty import run_draws
from countervail.analysis.worlds import Sanctions, Worlds, sanctions, worlds
from countervail.arguments import a_callback, checked, optional
from countervail.rails.series import series
from countervail.scenario import CLUB, Scenario, scenario_of
from countervail.trade.kernels import one_blas_thread
from countervail.types import Floats, Progress
from countervail.world.world import World

P = ParamSpec("P")
T = TypeVar("T")


@checked(progress=optional(a_callback))
def run(
    world: World,
    scenario: Scenario | str | Path,
    draws: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Outcome:
    """Solve a scenario: the four worlds by reading, placebo, break-evens, parts, variants, and bands over draws.

    Args:
        world: the baseline, with distances and past trade where the scenario needs them.
        scenario: as loaded, or its name in the library, or the path to its file.
        draws: how many draws the bands are made of; 0 for none.
        seed: of the draws.
        progress: called with (stage, done, total).
        executor: of what is solved beside the rest (a `SecondProcess`, say); default a thread.

    Raises:
        InputError: the scenario does not fit the world.
        NoEquilibrium, NotConverged: as `solve`.
    """
    arguments.instance(world, World, "world", "a World (load_world, World.from_flows)")
    draws, seed = arguments.whole(draws, "draws", 0), arguments.whole(seed, "seed", 0)
    case = case_of(world, scenario_of(scenario))
    with one_blas_thread(), _beside(executor) as pool:
        if executor is None:
            _ = case.layout.potential, case.prepared  # which both threads need
        lifted = pool.submit(_with_one_thread, measures, case)
        outcome = completed(solved(case), progress, pool, lifted)
    return banded(outcome, draws, seed, progress) if draws else outcome


def case_of(world: World, scenario: Scenario) -> Case:
    """The central case of a scenario, in the world without unrecorded oil where it says so."""
    return Case.of(world if scenario.settings.unrecorded_oil else world.without_unrecorded(), scenario)


def solved(
    case: Case, control: Placebo | None = None, neighbour: Worlds | None = None, base: Sanctions | None = None
) -> Outcome:
    """The four worlds of the scenario's own members, and the placebo that says whether a ratio may be formed.

    Args:
        case: the central case.
        control: the placebo, where it is known.
        neighbour: the worlds of a neighbouring case, to start from.
        base: S and U, where they are known.
    """
    scenario, main = case.scenario, case.scenario.club.reading
    with one_blas_thread():  # gravity's systems are small, too
        if base is None:
            base = sanctions(case, None if neighbour is None else neighbour.sanctions)
        by_reading = {main: worlds(case, base, scenario.members(), main, neighbour)}
        control = placebo(case) if control is None else control
    return Outcome(
        world=case.world,
        scenario=scenario,
        draws=0,
        seed=0,
        case=case,
        main=main,
        by_reading=by_reading,
        placebo=control,
        drawn=None,
        parts=(),
        lifted=(),
        dependence=None,
        moved=(),
        integration={},
        deterrence={},
        variants=(),
        payments=None,
    )


def completed(
    outcome: Outcome,
    progress: Progress | None = None,
    executor: Executor | None = None,
    lifted: Future[list[Part]] | None = None,
) -> Outcome:
    """The outcome of `solved` with all that is exact: other readings, parts, break-evens, other settings, payments.

    Args:
        outcome: as `solved` returns it.
        progress: called with (stage, done, total).
        executor: of what is solved beside the rest; default a thread.
        lifted: what each measure does alone, where it is being computed already.
    """
    report = progress or (lambda stage, done, total: None)
    stages = 7
    case, main, own = outcome.case, outcome.main, outcome.worlds
    with one_blas_thread(), _beside(executor) as pool:
        lifted = lifted or pool.submit(_with_one_thread, measures, case)
        network = _network(outcome)
        tasks = _apart(outcome, network)
        beside = {name: pool.submit(_with_one_thread, task, *args) for name, (task, *args) in tasks.items()}
        report("worlds", 0, stages)
        outcome = replace(outcome, by_reading=_readings(outcome))
        report("worlds", 1, stages)
        parts = provisions(case, own, main) if own.members else []
        report("worlds", 2, stages)
        rests = dependence(case, own, main) if own.members else None
        report("worlds", 3, stages)
        moved = diversion(case, own, outcome.eligible())
        report("worlds", 4, stages)
        integration = _integration(outcome)
        report("worlds", 5, stages)
        varied = tuple(variants(case, own, main))
        report("worlds", 6, stages)
        # what has not been begun there is done here, from the last
        results = {name: tasks[name][0](*tasks[name][1:]) for name in reversed(beside) if beside[name].cancel()}
        results |= {name: future.result() for name, future in beside.items() if not future.cancelled()}
        outcome = replace(
            outcome,
            parts=tuple(parts),
            lifted=tuple(lifted.result()),
            dependence=rests,
            moved=tuple(moved),
            whereabouts=tuple(whereabouts(case, own, outcome.eligible())),
            discounts=tuple(discounts(case, own, outcome.eligible())),
            integration=integration,
            deterrence=results.get("deterrence", {}),
            variants=varied,
            added=tuple(new_measures(case)),
            joined=tuple(joining(case, own, main)),
            rerouted=rerouted(case, own, main),
            surface=results.get("surface", ()),
            payments=None if network is None else replace(network, months=results.get("months")),
        )
        report("worlds", stages, stages)
        return outcome


def _apart(outcome: Outcome, network: Study | None) -> dict[str, tuple[Any, ...]]:
    """What needs nothing of the rest, functions with their arguments by name; with the measures half of the work."""
    case, own, tasks = outcome.case, outcome.worlds, dict[str, tuple[Any, ...]]()
    if own.members:
        others = [m for m in outcome.members if m != outcome.scenario.club.secretariat]
        tasks["deterrence"] = break_even_deterrence, case, own, outcome.main, others
        tasks["surface"] = surface, case, own, outcome.main
    if network is not None and len(own.members) > 1:
        tasks["months"] = series, network.club
    return tasks


def _network(outcome: Outcome) -> Study | None:
    """The payment network; what each link is worth needs bands, and is otherwise left to `countervail payments`."""
    paid = outcome.case.layout.payments
    return None if paid is None else network_of(outcome.case, paid.observed, outcome.worlds.sanctions.S)


def _readings(outcome: Outcome) -> dict[str, Worlds]:
    """The worlds of every reading of who the members are; one where the scenario names them.

    States that the world has only in its rest are left out of a reading, and a warning says so.
    """
    case, club, own = outcome.case, outcome.scenario.club, outcome.worlds
    by_reading = {outcome.main: own}
    if club.members is None and own.members:
        for name in club.readings:
            members = tuple(c for c in club.all_members(name) if c in case.world.countries)
            if name != outcome.main and members:
                by_reading[name] = worlds(case, own.sanctions, members, name, own)
    return by_reading


def _integration(outcome: Outcome) -> dict[str, dict[str, float]]:
    """The break-even rise of trade by reading and country, and of the club."""
    out = {}
    for name, one in outcome.by_reading.items():
        eligible = outcome.eligible(one.members) if one.members else ()
        gaps = {who: _gap(outcome, who, name) for who in (*eligible, CLUB)} if eligible else {}
        out[name] = break_even_integration(outcome.case, one, name, gaps) if gaps else {}
    return out


def _with_one_thread(solved: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function returns, in a process whose matrix products may take several threads."""
    with one_blas_thread():
        return solved(*args, **kwargs)


def _beside(executor: Executor | None) -> AbstractContextManager[Executor]:
    return ThreadPoolExecutor(1) if executor is None else nullcontext(executor)


def banded(
    outcome: Outcome, draws: int, seed: int = 0, progress: Progress | None = None, *, thorough: bool = True
) -> Outcome:
    """The outcome of `completed` with bands over draws.

    Args:
        outcome: as `completed` returns it.
        draws: how many, at least 1.
        seed: of the draws.
        progress: called with (stage, done, total).
        thorough: whether other readings and settings, each provision and each payment link get bands, too; the
            headline's alone take a quarter of the time.
    """
    case, main, own = outcome.case, outcome.main, outcome.worlds
    random = sample(outcome.world, outcome.scenario, draws, seed)
    if not thorough:
        drawn = run_draws(case, random, {main: own}, main, provisions=False, progress=progress)
        return replace(outcome, draws=draws, seed=seed, drawn=drawn)
    drawn = run_draws(case, random, outcome.by_reading, main, outcome.variants, progress=progress)
    paid = case.layout.payments
    links = outcome.payments
    if paid is not None and links is not None:
        drawn_links = study(case, paid.observed, own.sanctions.S, known=drawn.provision, progress=progress)
        links = replace(drawn_links, months=links.months)
    return replace(outcome, draws=draws, seed=seed, drawn=drawn, payments=links)


def _gap(outcome: Outcome, who: str, reading: str) -> Callable[[Floats], float]:
    """Gain less cost of a country or the club, as a function of the gains `[country]`."""
    cost = float(outcome.cost(who, reading)[0])
    return lambda gains: float(outcome.pooled(gains, who, reading)) - cost
