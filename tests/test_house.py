"""The rules of the code base that ruff and import-linter do not check: sizes, file names, import cycles, plain words.

`evidence/` is exempt from the rules on functions, cycles and words until it is rebuilt.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import grimp
import networkx as nx

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "countervail"
MODULES = sorted(PACKAGE.rglob("*.py"))
OURS = [path for path in MODULES if PACKAGE / "evidence" not in path.parents]

WORLD = {f"countervail.world.{name}" for name in ("accounts", "aggregate", "intake", "store", "world", "years")}
"""The one import cycle that stays: World's methods import the functions that take a World when they are called."""

DIALECT = re.compile(
    r"(?<![A-Za-z.])(?i:told|tells?|reckon(?:s|ed|ing)?|hush(?:es|ed)?|likewise|stands? in)(?![a-z])"
    r"|\b(?:Desk|Bench|Kept|Slopes|Played|Preparation|Links)\b"
)
"""Words that gave way to a standard term: report, distinguished, compute, Workspace, Jacobian and others."""
NAMES = frozenset(
    ["asked", "bench", "desk", "found", "hush", "kept", "played", "reckon", "said", "slopes", "stands", "tell", "told"]
)
"""What nothing is called: a name says what a thing is (result, text, request, value)."""
WRITTEN = {".py", ".js", ".mjs", ".css", ".html", ".j2", ".csv", ".yaml", ".md", ".sh"}
CODE = [ROOT / "tests", ROOT / "tools", ROOT / "benchmarks"]
EXEMPT = [PACKAGE / "evidence", ROOT / "tests" / "evidence", ROOT / "tests" / "support" / "documents", Path(__file__)]
"""`evidence/` and the documents of its tests, and this list of the words."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def nothing(findings: Iterable[object]) -> None:
    listed = [str(finding) for finding in findings]
    assert not listed, "\n" + "\n".join(listed)


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_there_are_fewer_than_300_modules() -> None:
    """A folder a language of documents, a module a source of the world and a file a command; small ones are merged.

    300 since sizes have four of their own (what a scenario reads of a fit, what trade a measure is fitted to, that fit,
    flows without the measures), runs a second process, evidence one each for frames, their shapes, noun phrases,
    participles, the turns of an interview, what a description of a body stands for, for lists the words before
    them and the clauses round them, whom an article credits, who is one witness, Persian lists, the heads of documents
    and the year of those without, whose words a clause is, whose a phrase is, when it
    happened, what it says again in fewer words, whether it came about, registers, chronologies, the entries of
    lists, and how the lines of a text lie.
    """
    assert 100 < len(MODULES) < 300


def test_no_module_is_longer_than_400_lines() -> None:
    lines = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    nothing(f"{name}: {count} lines" for name, count in lines.items() if count > 400)


def test_no_function_is_longer_than_60_lines() -> None:
    functions = [
        (f"{named(path)}: {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for path in OURS
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 1000
    nothing(f"{name}: {count} lines" for name, count in functions if count > 60)


def test_a_file_name_occurs_once() -> None:
    paths = [path for path in MODULES if path.name not in ("__init__.py", "__main__.py")]
    count = Counter(path.name for path in paths)
    nothing(named(path) for path in paths if count[path.name] > 1)


def test_every_module_begins_with_a_sentence() -> None:
    for path in MODULES:
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert text.split("\n\n")[0].endswith((".", ":")), named(path)


def test_no_import_cycle() -> None:
    """Imports inside functions count, those for type checkers alone do not."""
    graph = grimp.build_graph("countervail", exclude_type_checking_imports=True, cache_dir=None)
    imports = nx.DiGraph((m, n) for m in graph.modules for n in graph.find_modules_directly_imported_by(m))
    assert len(imports) > 100
    cycles = [sorted(modules) for modules in nx.strongly_connected_components(imports) if len(modules) > 1]
    ours = [modules for modules in cycles if not modules[0].startswith("countervail.evidence.")]
    nothing(modules for modules in ours if not WORLD.issuperset(modules))


def test_shocks_are_made_in_analysis_case_alone() -> None:
    makers = {
        path.relative_to(PACKAGE).parts[:-1]
        for path in OURS
        for node in nodes(path)
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Shock" and (node.args or node.keywords)
    }
    assert {folders for folders in makers if folders[0] != "trade"} == {("analysis", "case")}
    inside = {"countervail.analysis.case.budget", "countervail.analysis.case.effects"}
    users = {path.parent for path in OURS if inside.intersection(imported(path))}
    assert users == {PACKAGE / "analysis" / "case"}


def test_the_recipe_of_the_world_is_imported_when_it_is_used() -> None:
    files = sorted((PACKAGE / "world").glob("*.py"))
    heads = [(path, node) for path in files for node in ast.parse(path.read_text(encoding="utf-8")).body]
    imports = [(path, node.module or "") for path, node in heads if isinstance(node, ast.ImportFrom)]
    assert len(imports) > 20
    nothing(f"{named(path)}: {module}" for path, module in imports if module.startswith("countervail.world.build"))


DATA = {"InputError": {"field", "file"}, "NotConverged": {"residual"}, "NoEquilibrium": {"countries"}}
"""What each error is raised with; a package that is not installed is no field and has no file."""


def test_errors_carry_data() -> None:
    calls = [
        (f"{named(path)}:{node.lineno}", node.func.id, node.keywords, ast.unparse(node))
        for path in OURS
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DATA
    ]
    assert len(calls) > 100
    nothing(
        f"{where}: {text[:90]}"
        for where, error, keywords, text in calls
        if not DATA[error].intersection(keyword.arg or "" for keyword in keywords) and "pip install" not in text
    )
    fields = [
        (where, k.value.value)
        for where, _, keywords, _ in calls
        for k in keywords
        if k.arg == "field" and isinstance(k.value, ast.Constant)
    ]
    nothing(f"{where}: {field}" for where, field in fields if not re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", str(field)))


def ours(path: Path) -> bool:
    return not any(path == exempt or exempt in path.parents for exempt in EXEMPT)


def test_plain_words() -> None:
    folders = [PACKAGE, ROOT / "docs", *CODE]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in WRITTEN and ours(path)]
    files = [path for path in files if path.name != "vega.js"]
    assert len(files) > 300
    nothing(
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in sorted([*files, *ROOT.glob("*.md")])
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if DIALECT.search(line)
    )


def test_names_are_plain_words() -> None:
    files = [path for folder in [PACKAGE, *CODE] for path in sorted(folder.rglob("*.py")) if ours(path)]
    names = [
        (f"{named(path)}:{node.lineno}", name)
        for path in files
        for node in nodes(path)
        if isinstance(node, ast.Name | ast.arg | ast.FunctionDef | ast.ClassDef)
        if not (name := getattr(node, "id", None) or getattr(node, "arg", None) or node.name).startswith("test_")
    ]
    assert len(names) > 10_000
    nothing(f"{where}: {name}" for where, name in names if NAMES.intersection(name.lower().split("_")))
