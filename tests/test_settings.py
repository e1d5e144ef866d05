"""Settings: derived from Config without loss, merged by what was set, refused with the nearest valid name."""

import json

import pytest

from saddlepoint.durations import parse, show
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning.begin import configure
from saddlepoint.settings.complaints import nearest
from saddlepoint.settings.layers import flatten, merge, nest, read
from saddlepoint.settings.networks import Dcgan, Mlp, Residual
from saddlepoint.settings.tree import names, settings, sugar
from saddlepoint.systems import catalog
from saddlepoint.systems.gan.config import Config, CriticPace, Rules
from saddlepoint.systems.gan.recipes import RECIPES

MODERN = RECIPES["modern"].make()


def schema_leaves(schema: dict, defs: dict, prefix: str = "") -> set[str]:
    """The dotted leaves of a JSON schema: an account of Config's fields that owes nothing to the code under test."""
    schema = defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    found = set()
    for name, field in schema["properties"].items():
        members = [field, *field.get("oneOf", [])]
        models = [member for member in members if "$ref" in member]
        for member in models:
            found |= schema_leaves(member, defs, f"{prefix}{name}.")
        found |= set() if models else {prefix + name}
    return found


def test_every_leaf_of_the_configuration_is_a_setting_and_nothing_else_is():
    schema = Config.model_json_schema()
    wanted = schema_leaves(schema, schema["$defs"]) | set(Rules.model_fields)
    in_files_only = {"version", "system", "recipe", "stages", "data.name"}
    short = {"lr", "device", "from", "unconditional", "size", "cond", "balance", "mirror", "bad"}
    assert set(sugar(Config)) == short
    assert set(settings(Config)) == wanted - in_files_only | short
    assert set(names(Config)) == wanted | short


def test_settings_carry_choices_kinds_and_the_documentation():
    width, objective = settings(Config)["g.network.width"], settings(Config)["objective"]
    assert width.kinds == tuple(
        m.model_fields["kind"].default for m in (Mlp, Dcgan, Residual) if "width" in m.model_fields
    )
    assert width.help == Dcgan.model_fields["width"].description
    assert objective.choices == Rules.model_fields["objective"].annotation.__args__
    assert settings(Config)["g.network.kind"].choices == ("mlp", "dcgan", "residual")
    assert [settings(Config)[name].form for name in ("k", "r1", "d.betas", "averages", "d.spectral")] == [
        "N", "X", "X,X", "N,N", "switch"
    ]  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES)
def test_nothing_given_changes_nothing(recipe):
    assert merge(RECIPES[recipe].make(), {}, {}) == RECIPES[recipe].make()


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_whole_configuration_as_a_file_wins_over_any_recipe(recipe):
    assert merge(MODERN, RECIPES[recipe].make().model_dump(mode="json"), {}) == RECIPES[recipe].make()


def test_flags_win_over_the_file_which_wins_over_the_recipe():
    conf = merge(MODERN, {"d": {"lr": 0.5}, "seed": 7, "batch": 32}, {"seed": "9", "d.weight_decay": "0.25"})
    assert (conf.seed, conf.batch, conf.d.lr, conf.d.weight_decay) == (9, 32, 0.5, 0.25)
    assert conf.g == MODERN.g


def test_a_choice_among_numbers_is_typed_as_one():
    conf = configure("srgan", None, {"scale": "2"})
    assert conf.scale == 2
    with pytest.raises(SaddlepointError, match="scale"):
        configure("srgan", None, {"scale": "5"})


def test_the_fields_of_a_stage_hold_for_every_stage():
    two = MODERN.model_copy(update={"stages": (Rules(k=2), Rules(images=500, r1=3))})
    conf = merge(two, {}, {"objective": "hinge", "r2": "0.5"})
    assert conf.stages == (Rules(k=2, objective="hinge", r2=0.5), Rules(images=500, r1=3, objective="hinge", r2=0.5))


def test_lr_sets_both_players_and_a_full_name_wins():
    assert [merge(MODERN, {}, {"lr": "0.5"}).g.lr, merge(MODERN, {}, {"lr": "0.5"}).d.lr] == [0.5, 0.5]
    conf = merge(MODERN, {}, {"lr": "0.5", "d.lr": "0.25"})
    assert (conf.g.lr, conf.d.lr) == (0.5, 0.25)
    assert merge(MODERN, {"d": {"lr": 0.25}}, {"lr": "0.5"}).d.lr == 0.5  # a flag, over the file


def test_short_names():
    conf = merge(MODERN, {}, {"device": "cuda:1", "unconditional": True})
    assert conf.engine.device == "cuda:1"
    assert conf.data.unconditional


def test_another_kind_of_network_starts_from_its_own_defaults():
    conf = merge(MODERN, {}, {"g.network.kind": "mlp", "g.network.hidden": "64, 32"})
    assert conf.g.network == Mlp(hidden=(64, 32))
    assert conf.d == MODERN.d
    assert merge(MODERN, {}, {"g.network.kind": "residual"}) == MODERN  # the same kind keeps the recipe's values


def test_several_values_none_and_underscored_numbers():
    conf = merge(MODERN, {}, {"averages": "10_000,500", "d.betas": "0.5,0.9", "engine.threads": "none"})
    assert (conf.averages, conf.d.betas, conf.engine.threads) == ((10_000, 500), (0.5, 0.9), None)
    assert merge(MODERN, {}, {"d.network.condition": "none"}).d.network.condition == "none"  # where it is a choice


def test_files(tmp_path):
    (tmp_path / "a.toml").write_text('recipe = "gan"\nobjective = "minimax"\n[d]\nlr = 0.01\n')
    conf = configure(None, tmp_path / "a.toml", {})
    assert (conf.recipe, conf.stages[0].objective, conf.d.lr) == ("gan", "minimax", 0.01)
    assert configure("modern", tmp_path / "a.toml", {}).recipe == "modern"
    (tmp_path / "config.json").write_text(
        json.dumps({"format": 1, "config": RECIPES["acgan"].make().model_dump(mode="json")})
    )
    assert configure(None, tmp_path / "config.json", {}) == RECIPES["acgan"].make()


def test_what_a_run_does_not_name_is_as_it_was_then_and_not_as_its_recipe_is_now(tmp_path):
    """A run from before a setting is not given what the recipe has since come to say; the flags still are."""
    content = MODERN.model_dump(mode="json")
    del content["g"]["last"], content["d"]["lr"], content["judge"]
    (tmp_path / "config.json").write_text(json.dumps({"format": 1, "config": content}))
    (tmp_path / "mine.json").write_text(json.dumps(content))
    conf = configure(None, tmp_path / "config.json", {"r1": 0.3})
    assert (conf.g.last, MODERN.g.last) == ("cells", "smooth")
    assert conf.d.lr == CriticPace(network=Mlp()).lr != MODERN.d.lr
    assert conf.stages[0].r1 == 0.3
    assert configure(None, tmp_path / "config.json", {"g.last": "smooth"}).g.last == "smooth"
    assert configure(None, tmp_path / "mine.json", {}) == MODERN  # no run's: whatever it leaves out is the recipe's
    gan = configure("gan", tmp_path / "config.json", {})  # another recipe was asked for
    assert gan.d.lr == RECIPES["gan"].make().d.lr


FILES = {
    "[d]\nlrr = 1": "d.lrr: unknown setting (did you mean d.lr?)",
    "d = 3": "d: unknown setting (settings in it: d.optimiser, d.lr, d.decay)",
    "seed = 'x'": "seed: 'x' is not a whole number (such as 100)",
    "[[stages]]\nkk = 2": "stages: unknown setting 'kk' (did you mean k?)",
    "stages = []": "stages: the number of values is wrong",
    "k = 1\nk = 2": "is not valid: Cannot overwrite a value",
    "version = 2": "version: input should be 1",
}


@pytest.mark.parametrize(("text", "said"), FILES.items())
def test_a_file_that_cannot_be_is_refused_by_its_name(tmp_path, text, said):
    path = tmp_path / "my.toml"
    path.write_text(text)
    with pytest.raises(SaddlepointError) as refused:
        configure(None, path, {})
    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    assert refused.value.code == 2


def test_a_setting_that_another_recipe_has_is_told_from_a_misspelt_one():
    owners = {"l1": "not in `modern`: pix2pix has it"}
    for name, hint in {"l1": owners["l1"], "d.lrr": "did you mean d.lr?"}.items():
        with pytest.raises(SaddlepointError) as refused:
            merge(MODERN, {}, {name: "3"}, elsewhere=lambda setting: owners.get(setting, ""))
        assert str(refused.value) == f"--{name}: unknown setting ({hint})"


def test_a_file_names_the_system_of_its_recipe_or_none(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('recipe = "dcgan"\nsystem = "gan"')
    assert configure(None, path, {}) == RECIPES["dcgan"].make()
    path.write_text('recipe = "dcgan"\nsystem = "another"')
    with pytest.raises(SaddlepointError, match="the recipe 'dcgan' of the system 'gan', and the system 'another'"):
        configure(None, path, {})


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "twice.json").write_text('{"k": 1, "d": {"lr": 1, "lr": 2}}')
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "latin.toml").write_bytes(b'recipe = "\xe9"')
    for name, said in {
        "twice.json": "'lr' is set twice",
        "list.json": "holds no settings",
        "latin.toml": "is not valid",
        "absent.toml": "cannot be read: No such file",
    }.items():
        with pytest.raises(SaddlepointError, match=said):
            read(tmp_path / name)


def test_flatten_and_nest_are_inverse():
    tree = MODERN.model_dump()
    assert nest(dict(flatten(tree))) == tree


def test_nearest_knows_last_parts_other_programs_names_and_when_nothing_is_near():
    names = ("lr", "d.lr", "g.network.width", "d.network.width", "prior.size", "images", "penalty_every")
    for word, best in {
        "lrr": "lr",
        "--d.lrr": "d.lr",
        "width": "g.network.width",
        "d.width": "d.network.width",
        "d.netwrok.width": "d.network.width",
        "latent-dim": "prior.size",
        "epochs": "images",
        "penalty-evry": "penalty_every",
        "zzz": None,
    }.items():
        assert nearest(word, names) == best, word


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("2m", 120), ("1h30m", 5400), ("1.5h", 5400), ("1d1s", 86401), (" 10m ", 600)]
)
def test_lengths_of_time(text, seconds):
    assert parse(text) == seconds


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("10mins", "10m?"), ("10 min", "10m?"), ("2 hours", "2h?"), ("1h 30m", "1h30m?"), ("90", "90s or 90m?"),
        ("", "such as"), ("soon", "such as"), ("-5m", "such as"), ("0s", "such as"), ("400d", "such as"),
        ("30m1h", "such as"),
    ],
)  # fmt: skip
def test_what_is_no_length_of_time(text, hint):
    with pytest.raises(SaddlepointError) as refused:
        parse(text)
    assert hint in refused.value.hint
    assert refused.value.code == 2


def test_showing_lengths_of_time():
    seconds = (0.4, 43.4, 59.7, 125, 3720, 273_600, float("inf"))
    assert [show(s) for s in seconds] == ["0s", "43s", "1m 00s", "2m 05s", "1h 02m", "3d 04h", "-"]


@pytest.mark.parametrize(
    ("recipe", "idle", "with_it", "words"),
    [
        ("rbm", {"runs": "50"}, {"log_z": "exact", "hidden": 8}, "--log-z estimate"),
        ("rbm", {"temperatures": "50"}, {"log_z": "exact", "hidden": 8}, "--log-z estimate"),
        ("rbm", {"sweeps": "3"}, {}, "--top set"),
        ("boltzmann", {"gibbs": "3"}, {}, "--learning gibbs"),
        ("srgan", {"vgg": "w.safetensors"}, {}, "--content vgg12 or vgg22"),
        ("modern", {"g.momentum": "0.9"}, {}, "--g.optimiser momentum or rmsprop"),
        ("modern", {"d.betas": (0, 0.9)}, {"d.optimiser": "sgd"}, "--d.optimiser adam or adamw"),
        ("gan", {"d.lr_end": "0.5"}, {"d.decay": "constant"}, "--d.decay linear"),
        ("modern", {"penalty_every": "4"}, {"r1": "0", "r2": "0"}, "--r1 or --r2 or --gp set"),
        ("gan", {"augment_most": "0.5"}, {}, "--augment adaptive"),
        ("denoise", {"d.lr": "0.1"}, {}, "--adversarial set"),
        ("denoise", {"objective": "hinge"}, {}, "--adversarial set"),
        ("pix2pix", {"d.layers": "1"}, {"critic": "none"}, "--critic conditional or blind"),
    ],
)
def test_a_flag_has_its_effect_or_is_refused(recipe: str, idle: dict, with_it: dict, words: str) -> None:
    """In a file, as that of a run, which names every setting, it may stand."""
    with pytest.raises(SaddlepointError, match=f"has no effect where .* {words}"):
        configure(recipe, None, with_it | idle)
    by_name = {
        "srgan": {"content": "vgg22"},
        "boltzmann": {"learning": "gibbs"},
        "rbm": {"top": 4},
        "modern": {"g.optimiser": "rmsprop", "r1": 0, "r2": 1},
        "gan": {"d.decay": "cosine", "augment": "adaptive"},
        "denoise": {"adversarial": 0.001},
    }
    others = by_name.get(recipe, {})
    configure(recipe, None, others | idle)
    begun = catalog.recipe(recipe)
    merge(begun, with_it | idle, {})
    layered = {"stages": [{"images": 5}, {"images": 5, "learning": "gibbs"}]}
    assert recipe != "boltzmann" or merge(begun, layered, idle).stages[0].gibbs == 3
