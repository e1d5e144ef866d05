"""The house has floors, and imports go down only. Read off the syntax trees of the package; nothing is imported."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "saddlepoint"

# A module, or a package with all in it, may import what has a smaller number, and within its own package. Whole numbers
# are the layers of the design: 0 vocabulary, 1 mathematics, 2 parts, 3 the game, 4 looking, 5 running, 6 surfaces. The
# modules of a large package have places of their own. A new module is given its place here, with thought.
LAYERS = {
    **dict.fromkeys(["errors", "records", "randomness"], 0.0),
    "regular": 0.1,
    "files": 0.2,
    **dict.fromkeys(["objectives", "penalties", "statistics", "theory"], 1.0),
    **dict.fromkeys(["augment", "data", "networks", "priors", "tiling"], 2.0),
    "game": 2.9,
    **dict.fromkeys(["game.averaging", "game.players"], 3.0),
    "game.rules": 3.1,
    "game.turns": 3.2,
    "game.algorithm": 3.3,
    "game.schedules": 3.4,
    **dict.fromkeys(["judge", "latent"], 4.0),
    **dict.fromkeys(["running", "storage"], 4.9),
    **dict.fromkeys(["config", "durations"], 5.0),
    **dict.fromkeys(["storage.manifest", "storage.parts"], 5.0),
    **dict.fromkeys(["running.gauge", "running.signals", "running.watcher"], 5.0),
    **dict.fromkeys(["complaints", "figures", "recipes"], 5.1),
    **dict.fromkeys(["storage.journal", "storage.lock", "storage.record", "storage.remembered"], 5.1),
    "storage.downloads": 5.1,
    **dict.fromkeys(["running.dials", "running.engine", "running.moments"], 5.1),
    **dict.fromkeys(["experiments", "report", "settings", "storage.checkpoint"], 5.2),
    **dict.fromkeys(["running.build", "running.measured"], 5.2),
    **dict.fromkeys(["running.base", "running.generator", "running.plan", "running.progress"], 5.3),
    **dict.fromkeys(["running.byclass", "running.intake", "running.live", "running.sessions"], 5.4),
    **dict.fromkeys(["running.paths", "running.standard"], 5.4),
    "running.judging": 5.45,
    **dict.fromkeys(["running.copied", "running.trial"], 5.47),
    **dict.fromkeys(["running.finish", "running.run"], 5.5),
    "api": 5.6,
    "running.assess": 5.7,
    "cli": 6.0,
    **dict.fromkeys(["notebook", "__main__"], 6.1),
}


def module_of(file: Path) -> str:
    """Its dotted name below the package: `data.idx`; a package by its own name, the whole by none."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module_of(file): file.read_text(encoding="utf-8") for file in sorted(ROOT.rglob("*.py"))}
TREES = {module: ast.parse(source) for module, source in SOURCES.items()}
every_module = pytest.mark.parametrize("module", [module for module in SOURCES if module])


def imports(module: str, late: bool = True) -> set[str]:
    """Dotted names imported when the module is and, if `late`, within its functions; not those for types only."""
    tree, names = TREES[module], set()
    typing = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    skipped = {id(node) for block in typing for node in ast.walk(block)}
    for node in ast.walk(tree) if late else tree.body:
        if isinstance(node, ast.Import) and id(node) not in skipped:
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and id(node) not in skipped:
            assert node.level == 0, f"{module}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own(name: str) -> set[str]:
    """The modules of the package that are run when this name is imported: `a.b.c` runs a, then a.b, then a.b.c."""
    words = name.split(".")[1:] if name.startswith("saddlepoint.") else []
    return {".".join(words[:i]) for i in range(1, len(words) + 1)} & set(SOURCES)


def reached(module: str) -> set[str]:
    """All modules of the package that importing this one runs."""
    found, todo = set(), [module]
    while todo:
        new = {other for name in imports(todo.pop(), late=False) for other in own(name)} - found
        found |= new
        todo += new
    return found


def home(module: str) -> str:
    """The entry of the table that the module belongs to: its own, or its package's."""
    names = [name for name in (module, module.split(".")[0]) if name in LAYERS]
    assert names, f"{module} has no layer yet: give it its place in LAYERS of {Path(__file__).name}"
    return names[0]


def layer(module: str) -> float:
    return LAYERS[home(module)]


@every_module
def test_imports_go_down(module: str) -> None:
    for name in imports(module):
        if name.split(".")[0] != "saddlepoint":
            continue
        assert own(name) or name == "saddlepoint.__version__", (
            f"{module} imports {name} from the package's own facade, not from where it is defined"
        )
        for other in own(name):
            inside = home(other) == home(module)
            assert inside or layer(other) < layer(module), f"{module} must not import {other}"


@every_module
def test_imports_do_not_come_round(module: str) -> None:
    assert module not in reached(module)


@every_module
def test_the_core_needs_torch_and_numpy_alone(module: str) -> None:
    allowed = {*sys.stdlib_module_names, "torch", "numpy", "saddlepoint"}
    foreign = {name.split(".")[0] for name in imports(module, late=False)} - allowed
    assert not foreign or layer(module) >= 5, f"{module} imports {foreign}"


def verbs() -> list[str]:
    """The modules of the command line's verbs, which are loaded before it is known whether there is work for torch."""
    (table,) = (n for n in TREES["cli.main"].body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "VERBS")
    return [f"cli.{verb}" for verb in ast.literal_eval(table.value)]


@pytest.mark.parametrize("module", ["", "config", "cli.main", *verbs()])
def test_the_facade_the_configuration_and_the_command_line_start_without_torch(module: str) -> None:
    for other in {module, *reached(module)}:
        roots = {name.split(".")[0] for name in imports(other, late=False)}
        assert not roots & {"torch", "numpy"}, f"importing {module or 'the package'} imports torch, by {other}"


@every_module
def test_files_and_functions_are_short(module: str) -> None:
    assert module.split(".")[-1] not in {"utils", "misc", "helpers", "common"}, "a name that says nothing"
    assert len(SOURCES[module].splitlines()) <= 300
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.FunctionDef):
            given = [a for a in [*node.args.args, *node.args.kwonlyargs] if a.arg not in ("self", "cls")]
            assert node.end_lineno - node.lineno < 50, f"{module}.{node.name} is longer than 50 lines"
            assert len(given) <= 7 or layer(module) == 6, f"{module}.{node.name} has more than 7 parameters"


def test_hardly_a_file_is_longer_than_250_lines() -> None:
    long = [module for module, source in SOURCES.items() if len(source.splitlines()) > 250]
    assert len(long) <= len(SOURCES) // 30, long


@every_module
def test_nothing_is_unpickled_or_evaluated(module: str) -> None:
    assert not {"pickle", "dill", "joblib", "shelve", "marshal"} & {name.split(".")[0] for name in imports(module)}
    assert "weights_only=False" not in SOURCES[module]
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call):
            called, words = ast.unparse(node.func), [ast.unparse(word) for word in node.keywords]
            plain = module == "judge.extractors.foreign" and called == "torch.load" and "weights_only=True" in words
            assert plain or called not in {"torch.load", "torch.save", "eval", "exec", "np.load"}


@every_module
def test_nothing_is_left_for_later(module: str) -> None:
    for word in ("TODO", "FIXME", "XXX", "raise NotImplementedError"):
        assert word not in SOURCES[module]
