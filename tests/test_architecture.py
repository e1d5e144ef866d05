"""The house has floors, and imports go down only. Read off the syntax trees of the package; nothing is imported."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "saddlepoint"

# Each module or package stands on a floor, and may import what stands on lower ones, and within its own package. What
# stands on one floor does not see each other. A new module is given its place here, with thought.
FLOORS = (
    ("errors", "randomness", "readings", "records"),  # the vocabulary
    ("durations", "regular", "objectives", "penalties", "theory", "statistics"),  # mathematics
    ("files", "formats"),  # how a file is written, and as what
    ("figures", "augment", "data", "networks", "priors", "tiling"),  # parts
    ("media", "game", "settings"),  # what differs between examples; the game; what can be told a run
    ("engine", "judging", "latent", "storage"),  # looking, and keeping
    ("systems",),  # the kinds of model
    ("record", "report"),  # what a run writes down
    ("artefact",),  # what it ships
    ("court",),  # who judges it
    ("running",),  # a run, from its first round to its last page
    ("planning", "run"),  # what is decided before the first; what a run can be asked for
    ("api", "experiments", "tracking"),  # the high road; the theorems
    ("neighbours",),  # models of every kind, side by side
    ("cli",),  # for people
    ("notebook", "__main__"),
    ("front",),  # for programs that people write
)
LAYERS = {name: floor for floor, names in enumerate(FLOORS) for name in names}
CORE = 4  # up to here nothing but torch and numpy is needed, nor in the game, the judge and the latent space
CORES = ("game", "judging", "latent", "media")


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
    name = module.split(".")[0]
    assert name in LAYERS, f"{module} stands on no floor yet: give it its place in FLOORS of {Path(__file__).name}"
    return name


def layer(module: str) -> int:
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
    core = layer(module) < CORE or home(module) in CORES
    assert not foreign or not core, f"{module} imports {foreign}"


def verbs() -> list[str]:
    """The modules of the command line's verbs, which are loaded before it is known whether there is work for torch."""
    (table,) = (n for n in TREES["cli.main"].body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "VERBS")
    return [f"cli.{verb}" for verb in ast.literal_eval(table.value)]


SYSTEMS = sorted(
    {module.split(".")[1] for module in SOURCES if module.count(".") == 2 and module.startswith("systems.")}
)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_is_known_to_the_catalogue_alone_and_knows_no_other(system: str) -> None:
    """A folder of systems/ imports no other; outside it, nothing names one but the catalogue, as a string."""
    folder = f"systems.{system}"
    for module in SOURCES:
        inside = module.startswith(f"{folder}.") or module == folder
        named = {other for name in imports(module) for other in own(name) if other.startswith("systems.")}
        if inside:
            others = {other for other in named if other.count(".") == 2 and not other.startswith(f"{folder}.")}
            assert not others, f"{module} imports {others}"
        else:
            assert not {other for other in named if other.startswith(f"{folder}.")}, f"{module} imports {folder}"
            quoted = f'"saddlepoint.{folder}"' in SOURCES[module] or f"'saddlepoint.{folder}'" in SOURCES[module]
            assert quoted == (module == "systems.catalog"), module
    lines = sum(len(SOURCES[f"{folder}.{part}"].splitlines()) for part in ("config", "play"))
    assert lines <= 160, "its settings and its play"


def test_nothing_outside_asks_what_a_medium_knows() -> None:
    """What differs between points and pictures is asked of the medium, not of a shape, a range or a name."""
    for module, source in SOURCES.items():
        if module and home(module) in ("record", "artefact", "court", "running", "planning", "api", "cli", "notebook"):
            for words in ("x.ndim == 2", "x.ndim != 4", 'range == "raw"', 'name == "digits"', "isinstance(G"):
                assert words not in source, f"{module}: {words}"


@pytest.mark.parametrize(
    "module",
    ["", "settings.run", "planning.begin", "cli.main", *(f"systems.{each}.recipes" for each in SYSTEMS), *verbs()],
)
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
            assert len(given) <= 7 or home(module) in ("cli", "front"), (
                f"{module}.{node.name} has more than 7 parameters"
            )


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
            plain = module == "judging.extractors.foreign" and called == "torch.load" and "weights_only=True" in words
            assert plain or called not in {"torch.load", "torch.save", "eval", "exec", "np.load"}


@every_module
def test_nothing_is_left_for_later(module: str) -> None:
    for word in ("TODO", "FIXME", "XXX", "raise NotImplementedError"):
        assert word not in SOURCES[module]


def test_the_page_on_the_house_has_its_floors() -> None:
    """docs/architecture.md names what stands on each, and nothing else."""
    page = (ROOT.parents[1] / "docs" / "architecture.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| \d+", line)]
    told = [set(re.findall(r"`(\w+)/?`", row)) for row in rows]
    assert told == [set(floor) for floor in FLOORS]
    assert [int(row.split()[1]) for row in rows] == list(range(len(FLOORS)))
