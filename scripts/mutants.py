"""Can the tests fail? Each mutant is the package with one line made wrong; a test must turn red for it.

    python scripts/mutants.py [-j JOBS] [WORD ...]      all mutants, or those whose meaning or file has one of the words

A mutant lives in a temporary copy of the package, which stands before the installed one on the path; the working tree
is never touched. The first line is a copy with nothing made wrong, which has to survive. Exit status: 0 all others were
caught, 1 one survived, 2 one could not be made (its old text is not in its file exactly once) or not be judged.
"""

import argparse
import contextlib
import io
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "saddlepoint"


class Mutant(NamedTuple):
    """`old` becomes `new` in `file`, and one of `tests` (under tests/) is to notice."""

    file: str
    tests: str
    meaning: str
    old: str
    new: str


# By (file, tests): what is made wrong, the text that is right, the text that is not.
TABLE = {
    # The sign of each cost, for each player.
    ("objectives.py", "test_objectives.py"): [
        ("-V: sign", "return softplus(-r) + softplus(f)", "return -softplus(-r) - softplus(f)"),
        ("V: sign", "return -softplus(-r).mean() -", "return softplus(-r).mean() +"),
        ("minimax G: sign", "lambda r, f: -softplus(f)", "lambda r, f: softplus(f)"),
        ("non-saturating G: sign", "lambda r, f: softplus(-f)", "lambda r, f: -softplus(-f)"),
        ("least squares D: sign", "0.5 * (r - 1).square() + 0.5 *", "-0.5 * (r - 1).square() - 0.5 *"),
        ("least squares G: sign", "lambda r, f: 0.5 * (f", "lambda r, f: -0.5 * (f"),
        ("hinge D: sign", "relu(1 - r) + relu(1 + f)", "-relu(1 - r) - relu(1 + f)"),
        ("hinge G: sign", "(1 + f),\n    generator=lambda r, f: -f", "(1 + f),\n    generator=lambda r, f: f"),
        ("Wasserstein D: sign", "lambda r, f: f - r", "lambda r, f: r - f"),
        ("Wasserstein G: sign", "f - r,\n    generator=lambda r, f: -f", "f - r,\n    generator=lambda r, f: f"),
        ("relativistic D: sign", "softplus(f - r)", "-softplus(f - r)"),
        ("relativistic G: sign", "softplus(r - f)", "-softplus(r - f)"),
        ("relativistic G: does not ask for r", "    paired=True,\n", ""),
        ("softplus: torch's own threshold", "threshold=40.0", "threshold=20.0"),
    ],
    ("penalties.py", "test_penalties.py"): [
        (
            "R1: 1/2 dropped",
            "0.5 * squared_norm(slope(verdict.critic, verdict.real))",
            "squared_norm(slope(verdict.critic, verdict.real))",
        ),
        (
            "R2: 1/2 dropped",
            "0.5 * squared_norm(slope(verdict.critic, verdict.fake))",
            "squared_norm(slope(verdict.critic, verdict.fake))",
        ),
        ("R1: on fakes", "slope(verdict.critic, verdict.real)", "slope(verdict.critic, verdict.fake)"),
        ("slope: not differentiable again", "create_graph=True", "create_graph=False"),
        ("slope: norm of the whole batch", "flatten(1).square().sum(1)", "square().sum().repeat(len(gradient))"),
        ("GP: one epsilon a batch", "torch.rand(x.shape[0], generator", "torch.rand(1, generator"),
        ("GP: infinite slope at 0", ".clamp_min(1e-12)", ""),
        ("class cost on reals: reads fakes", "class_cost(turn.verdict().r", "class_cost(turn.verdict().f"),
        ("class cost on fakes: reads reals", "class_cost(turn.verdict().f", "class_cost(turn.verdict().r"),
    ],
    # Algorithm 1, and what a step may move.
    ("game/algorithm.py", "test_game.py"): [
        ("the fake detached in G's step", "fake, moment, real=game.gen", "fake.detach(), moment, real=game.gen"),
        ("D's step keeps G's graph", "with torch.no_grad():", "with torch.enable_grad():"),
        ("k is always 1", "in range(game.k)", "in range(min(game.k, 1))"),
        (
            "G's step takes a fresh batch",
            "step(game, batch, Moment(rng, state.index, game.k,",
            "step(game, next(batches), Moment(rng, state.index, game.k,",
        ),
    ],
    ("game/rules.py", "test_game.py"): [("real and fake swapped", "return x, fake", "return fake, x")],
    ("game/turns.py", "test_game.py"): [
        ("z reused in every round", 'moment.stream("prior")', 'moment.rng.stream("prior", moment.step)'),
        ("z reused in G's step", 'moment.stream("prior")', 'moment.rng.stream("prior", moment.index)'),
    ],
    ("game/turns.py", "test_game_repeats.py"): [
        ("dropout is not reseeded", "torch.default_generator.manual_seed(seed)", "pass"),
    ],
    ("game/players.py", "test_game.py"): [
        ("the opponent's gradients are filled", "backward(inputs=parameters)", "backward()"),
        ("the opponent's buffers move", "finally:\n        restore()", "finally:\n        pass"),
    ],
    ("game/players.py", "test_players.py"): [
        ("gradients add up", "    player.optimiser.zero_grad(set_to_none=True)\n", ""),
    ],
    # Terms, dials, augmentation, precision.
    ("game/algorithm.py", "test_game_rules.py"): [
        ("sites are summed", "costs.flatten(1).mean(1)", "costs.flatten(1).sum(1)"),
        ("a term's weight dropped", "moment.dials.weights.get(term.name, term.weight) * ", ""),
        ("a lazy term's factor dropped", " * term.every * cost", " * cost"),
        ("a term moves both players", "if term.owner == owner and ", "if "),
    ],
    ("game/players.py", "test_game_rules.py"): [("the rate is not set", 'group["lr"] = rate', "pass")],
    ("game/turns.py", "test_game_rules.py"): [
        ("the strength of augmentation ignored", "moment.dials.augment)", "1.0)"),
        ("reals are not augmented", "answered(critic(theirs))", "answered(critics[name](theirs, batch.c))"),
        ("costs stay in bfloat16", "return t.float() if", "return t if"),
    ],
    # A recipe's terms.
    ("running/build.py", "test_build.py::test_acgans_d_minimises_the_class_cost_on_real_and_on_fake"): [
        ("AC-GAN: no class cost on reals", "penalties.class_cost_on_real,", "lambda turn: 0 * turn.fake,"),
        ("AC-GAN: none on fakes for D", '"D", penalties.class_cost_on_fake,', '"D", lambda turn: 0 * turn.fake,'),
    ],
    ("running/build.py", "test_build.py::test_acgans_g_minimises_the_class_cost_on_fake"): [
        ("AC-GAN: none on fakes for G", '"G", penalties.class_cost_on_fake,', '"G", lambda turn: 0 * turn.fake,'),
    ],
    # Faults.
    ("game/players.py", "test_players.py test_game_faults.py"): [
        ("no guard at all", "math.isfinite(gradient) and math.isfinite(loss.item())", "True"),
        ("no guard on the gradient", "math.isfinite(gradient) and ", ""),
        ("no guard on the loss", " and math.isfinite(loss.item())", ""),
        ("spoilt weights go untold", "sound=math.isfinite(", "sound=True or math.isfinite("),
    ],
    ("game/algorithm.py", "test_game_faults.py"): [
        ("a refused step leaves its buffers moved", "taken:\n        restore()", "taken:\n        pass"),
        ("conditions are not looked at", "tensors(batch.x) if batch.c is None else", "tensors(batch.x) or"),
        ("inputs too large to be squared", "math.isfinite(torch.linalg.vector_norm(t.float()))", "t.isfinite().all()"),
    ],
    ("game/averaging.py", "test_averaging.py"): [
        ("an average skipped", "torch._foreach_lerp_(averages, list[Tensor](module.parameters()), step)", "pass"),
        ("no ramp", "min(half_life, max(seen / 20, 1e-8))", "half_life"),
        ("a half-life is an e-folding time", "1 - 0.5 **", "1 - 0.36787944 **"),
        ("buffers not copied", "mine.copy_(theirs)", "pass"),
    ],
    # A run: its averages, its reading of the data, its rates, what it keeps and what it believes.
    ("running/session.py", "test_run.py::test_every_average_follows_g_by_its_half_life"): [
        ("all averages but one skipped", "new, self.progress.seen)", "new, self.progress.seen)\n            break"),
        ("averages forget earlier stages", "new, self.progress.seen)", "new, self.progress.images)"),
    ],
    ("data/batches.py", "test_batches.py"): [
        ("every epoch in the same order", 'stream("data", epoch)', 'stream("data")'),
        ("white is 256", "torch.uint8: 255.0", "torch.uint8: 256.0"),
    ],
    ("running/dials.py", "test_dials.py"): [
        ("a rollback halves nothing", "rate_factor * rate(", "rate("),
        ("rates rise along the cosine", "(1 + math.cos", "(1 - math.cos"),
    ],
    ("running/run.py", "test_resume.py"): [
        ("a dead run's lines stay", "self.journal.rewind(self.progress.journal)", "pass"),
    ],
    ("running/progress.py", "test_resume.py test_progress.py"): [
        ("a cut line's sums are lost", 'Tally(**values.pop("tally"))', 'values.pop("tally") and Tally()'),
    ],
    ("running/generator.py", "test_generator.py"): [
        ("the digest is not compared", ".hexdigest() != description.sha256", ".hexdigest() == 0"),
        ("the last chunk is not filled up", "CHUNK - len(part)", "0"),
    ],
    ("running/plan.py", "test_plan.py"): [
        ("a lazy penalty counted in part", " > least and whole and ", " > least and "),
    ],
    # What lies on the disk: whole or absent, never a link, never waited for, never believed unchecked.
    ("regular.py", "test_regular.py"): [
        (
            "links are followed",
            "    if is_link(state):\n        raise Irregular(\"is a link\", str(path),",
            "    if False:\n        raise Irregular(\"is a link\", str(path),",
        ),
        ("links to folders are followed", "if is_link(os.lstat(folder)):", "if False:"),
        ("links at the last moment are followed", '"O_NOFOLLOW", ', ""),
        ("pipes are waited for", '"O_NONBLOCK", ', ""),
        ("anything is a file", "if not S_ISREG(state.st_mode):", "if False:"),
        ("second names are changed, too", "if changed and state.st_nlink > 1:", "if False:"),
        ("junctions are no links", ' or getattr(state, "st_reparse_tag", 0) == JUNCTION', ""),
        ("a link to a folder is one", "S_ISDIR(state.st_mode) and not is_link(state)", "path.is_dir()"),
        (
            "what others put there counts as ours",
            "real_folder(folder) and set(os.listdir(folder)) <= set(names)",
            "real_folder(folder)",
        ),
    ],
    ("files.py", "test_regular.py test_files.py"): [
        ("files of any size", ".st_size) > most:", ".st_size) > 10**15:"),
        ("the name alone is looked at", "refuse_irregular(os.fstat(handle), path, changed)", "pass"),
        (
            "a handle is left open",
            "    except SaddlepointError:\n        os.close(handle)\n",
            "    except SaddlepointError:\n",
        ),
        (
            "drafts are written through",
            "    if os.path.lexists(path):\n"
            "        operations.unlink(path)\n"
            "    _put(path, data, os.O_CREAT | os.O_EXCL",
            "    _put(path, data, os.O_CREAT | os.O_TRUNC",
        ),
        ("any .tmp is swept", "entry.name.endswith((DRAFT, FORMER))", 'entry.suffix in (".tmp", FORMER)'),
        (
            "what is removed is followed",
            "    if real_folder(path):\n        for entry",
            "    if path.is_dir():\n        for entry",
        ),
        (
            "a folder takes others' files along",
            "if os.path.lexists(folder) and not holds_only(",
            "if False and not holds_only(",
        ),
        ("a run's folder may be a link", "    refuse_link(folder)\n", ""),
        ("a former folder is not read", "return former if not folder.exists()", "return folder if not folder.exists()"),
        ("a former folder is not put back", "operations.rename(entry, whole)", "pass"),
        ("a name before its bytes", "        if sync:\n            operations.sync(handle)\n", ""),
    ],
    ("storage/lock.py", "test_regular.py test_lock.py"): [
        (
            "the lock follows links",
            "open_regular(self.path, os.O_RDWR | os.O_CREAT)",
            "os.open(self.path, os.O_RDWR | os.O_CREAT)",
        ),
    ],
    ("storage/lock.py", "test_without_unix.py"): [
        ("the lock needs Unix", "os.write(handle, f", "os.pwrite(handle, f"),
        (
            "the holder's number is appended",
            ".encode())\n        except BlockingIOError",
            ".encode(), 0)\n        except BlockingIOError",
        ),
    ],
    ("files.py", "test_without_unix.py"): [
        ("folders can be opened", 'if hasattr(os, "O_DIRECTORY"):', "if True:"),
    ],
    ("storage/journal.py", "test_regular.py"): [
        ("a journal may be anything", "lines = files.read_bounded(path, LARGEST)", "lines = path.read_bytes()"),
        (
            "a journal rewound may be anything",
            "files.read_bounded(self.path, LARGEST) if os.path.lexists(self.path)",
            "self.path.read_bytes() if self.path.exists()",
        ),
    ],
    ("storage/checkpoint.py", "test_checkpoint_traps.py"): [
        (
            "behind a link, checkpoints are swept",
            "    refuse_link(folder)\n    files.sweep(folder)",
            "    files.sweep(folder)",
        ),
        (
            "behind a link, checkpoints are read",
            "    refuse_link(folder)\n    with files.explained(folder):",
            "    with files.explained(folder):",
        ),
        ("a checkpoint may be a link", "            refuse_link(candidate)\n", ""),
        (
            "foreign folders are pruned",
            "for path in checkpoints(folder) if ours(path)]",
            "for path in checkpoints(folder)]",
        ),
        ("foreign damage is pruned", "sorted(filter(ours, folder.glob", "sorted(filter(None, folder.glob"),
        ("no manifest is asked for", " and (path / MANIFEST).is_file()", ""),
        ("setting aside replaces", "if not os.path.lexists(damaged.with_name(name))", "if True"),
        ("values of any size", "files.read_bounded(folder / VALUES, LARGEST)", "(folder / VALUES).read_bytes()"),
        (
            "odd files end it",
            "    except Irregular as error:\n        raise Damage",
            "    except ZeroDivisionError as error:\n        raise Damage",
        ),
        ("values are sorted", "VALUES: in_order(", "VALUES: canonical("),
        ("the context is lost", "for name, part in parts.items()}, context)", "for name, part in parts.items()})"),
    ],
    ("storage/manifest.py", "test_checkpoint_traps.py"): [
        ("a manifest may be anything", "raw = read_bounded(path, LARGEST)", "raw = path.read_bytes()"),
        ("a file may be anything", "with reading(path) as stream:", 'with path.open("rb") as stream:'),
        (
            "values are sorted",
            "    return json.dumps(value, allow_nan",
            "    return json.dumps(value, sort_keys=True, allow_nan",
        ),
        ("a context is demanded", '    context: str = ""', "    context: str"),
    ],
    ("storage/downloads.py", "test_downloads.py"): [
        ("no limit in all", "thread.join(IN_ALL)", "thread.join()"),
        ("the thread never ends", " and time.monotonic() < end:", ":"),
        ("only whole pieces", "answer.read1(PIECE)", "answer.read(PIECE)"),
        ("what is no answer is no line", ", HTTPException) as error", ") as error"),
        ("the cache is believed", "if file_digest(file, \"sha256\").hexdigest() in known else None", ""),
    ],
    ("storage/remembered.py", "test_judge_remembered.py"): [
        (
            "figures may be anything",
            "safetensors.torch.load(files.read_bounded(path, LARGEST))",
            "safetensors.torch.load(path.read_bytes())",
        ),
        ("headers of anything", "with files.reading(path) as file:", 'with path.open("rb") as file:'),
        ("others' figures are cleared", '"[0-9a-f]" * 32 + ending', '"*" + ending'),
    ],
    ("data/mapped.py", "test_data_cache_faults.py"): [
        ("room is only promised", "take_room(file.fileno(), size)", "pass"),
        ("no zeros where the system cannot", "if error.errno not in UNABLE:", "if True:"),
        ("the name before the bytes", "    files.sync(draft)\n", ""),
        ("the array is believed", "    if digest(folder / NAME) != sha256:\n        return False\n", ""),
        ("read through each time", "if BOOT.exists() and noted(folder)", "if False and noted(folder)"),
        ("read through once for ever", 'boot = BOOT.read_text().strip() if BOOT.exists() else ""', 'boot = ""'),
        (
            "times are believed",
            "return {\"boot\": boot, \"sha256\": sha256, **times}",
            "return {\"boot\": boot, \"sha256\": sha256, \"m\": times[\"modified\"], \"s\": times[\"size\"]}",
        ),
        (
            "drafts of the living go",
            "fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n            path.unlink",
            "pass\n            path.unlink",
        ),
        ("drafts of the dead stay", "\n            path.unlink()", "\n            pass"),
        (
            "arrays behind links",
            "with files.reading(folder / NAME) as file:",
            "with (folder / NAME).open(\"rb\") as file:",
        ),
    ],
    ("data/cache.py", "test_data_cache_faults.py test_data_cache.py"): [
        (
            "a failure ends the run",
            "    except SaddlepointError as error:\n        tell(f\"no cache: {error}\")\n        return None",
            "    except ZeroDivisionError as error:\n        tell(f\"no cache: {error}\")\n        return None",
        ),
        (
            "a full disk ends the run",
            "        except SaddlepointError as error:\n            remove(draft)",
            "        except ZeroDivisionError as error:\n            remove(draft)",
        ),
        ("a folder that is a link is filled", "files.make_own_folder(folder)", "files.make_folder(folder)"),
        ("the disk is filled", "if free < needed + MARGIN:", "if False:"),
        ("what is known of it is believed", "elif seal_of(about) != seal:", "elif False:"),
        ("no seal is no cache", "    if seal is None:", "    if False:"),
        (
            "old entries stay unchecked",
            "about[\"sha256\"] = mapped.digest(folder / mapped.NAME)\n        with",
            "about[\"sha256\"] = mapped.digest(folder / mapped.NAME)\n        return about\n        with",
        ),
        ("the digest is believed", "if written == line(digest):", "if True:"),
        (
            "other labels, the same digest",
            "told.update(b\"\" if source.c is None else",
            "told.update(b\"\" if True else",
        ),
        ("no drafts are swept", "    mapped.sweep(folder)\n", ""),
        ("foreign folders are cleared", "        for pattern in OURS:", "        for pattern in (\"*\",):"),
        ("clearing follows links", "for folder in filter(real_folder, place()", "for folder in filter(None, place()"),
    ],
    ("data/ahead.py", "test_ahead.py"): [
        ("nobody says that a file was cut", "POPULATE_READ = 22 if", "POPULATE_READ = None if"),
        ("another file's examples", "first = start + number * size", "first = start"),
    ],
    # What judges: each figure's formula, and each sign of the doctor.
    ("statistics/gaussian.py", "test_metrics_closed_forms.py test_metrics_oracles.py"): [
        ("covariance over n", "scatter.div_(max(n - 1, 1))", "scatter.div_(n)"),
        ("the distance of the means is not squared", "(a.mean - b.mean).square().sum()", "(a.mean - b.mean).norm()"),
        ("half of the cross term", "- 2 * roots.sum()", "- roots.sum()"),
    ],
    ("statistics/gaussian.py", "test_statistics.py"): [
        ("merging leaves the means' difference out", "torch.outer(apart, apart) * (self.n * other.n / n)", "0"),
    ],
    ("statistics/kernel.py", "test_metrics_closed_forms.py test_metrics_oracles.py"): [
        ("the square instead of the cube", "+ 1) ** 3\n\n\ndef", "+ 1) ** 2\n\n\ndef"),
        ("biased", "return sums - (u", "return sums + 0 * (u"),
        ("once the cross term", "- 2 * cross / (n * m)", "- cross / (n * m)"),
    ],
    ("statistics/manifold.py", "test_metrics_closed_forms.py test_metrics_oracles.py"): [
        ("precision and recall swapped", "(across <= own).any(1)", "(across <= real[:, None]).any(1)"),
        ("a point is its own neighbour", "kthvalue(k + 1, dim=1)", "kthvalue(k, dim=1)"),
        ("density is not over k", "inside.sum(0) / k", "inside.sum(0)"),
    ],
    ("statistics/parzen.py", "test_metrics_closed_forms.py test_metrics_oracles.py"): [
        ("the worst sigma", "means.index(max(means))", "means.index(min(means))"),
        ("sigma's normalisation", "dimensions / 2 * math.log", "dimensions * math.log"),
        ("not over the samples", " - math.log(squares.shape[1])", ""),
    ],
    ("statistics/sliced.py", "test_metrics_closed_forms.py test_metrics_oracles.py"): [
        ("directions of any length", "return w / w.norm(dim=0)", "return w"),
        ("no root", ".mean().sqrt()), without)", ".mean()), without)"),
    ],
    ("statistics/classes.py", "test_metrics_closed_forms.py test_metrics_oracles.py"): [
        ("no exponential", "return math.exp(float(", "return (float("),
        ("met twice only", "int((counts > 0).sum())", "int((counts > 1).sum())"),
    ],
    ("statistics/copies.py", "test_metrics_closed_forms.py test_nearest.py test_statistics.py"): [
        ("p without the run itself", "wilson(1 + hits, 1 + shuffles)", "wilson(hits, shuffles)"),
        ("as near as its own neighbour", "CLOSE = 1 / 3", "CLOSE = 1"),
        ("p of the other tail", "total - chosen) >= seen", "total - chosen) <= seen"),
    ],
    ("judge/judgement.py", "test_judge_spread.py"): [
        ("poor samples are alike to foreign eyes", "if card.extractor in ELSEWHERE:", "if False:"),
    ],
    ("judge/case.py", "test_doctor.py"): [
        ("stuck since the start", "found[(len(found) - 1) // 2]\n\n    def growing", "found[0]\n\n    def growing"),
        ("young until half", "YOUNG = 0.25", "YOUNG = 0.5"),
        ("over from the start", "OVER = 0.95", "OVER = 0.5"),
        ("the longest average", "return averages[min(", "return averages[max("),
        ("left behind at equal rates", "0 < 10 * self.rate(a) <= self.rate(b)", "self.rate(a) <= self.rate(b)"),
        ("pixels overruled", "return max((each for", "return min((each for"),
        ("bad at half the coverage", "BAD = 0.1 ", "BAD = 0.05 "),
        ("the first look alone", "self.held_out[-3:]", "self.held_out[:1]"),
    ],
    ("judge/doctor.py", "test_doctor.py"): [
        ("never a plateau", "found or [plateau(case) or healthy(case)]", "found or [healthy(case)]"),
        ("copies alone", "(case.setting(\"range\") == \"raw\" if p is None else p > SURE)", "False"),
        ("chance alone", "copies is None or copies < COPIES or", "copies is None or"),
        ("overfitting the wrong way round", "real is None or gap < OVERFIT", "real is None or -gap < OVERFIT"),
        ("a slow player is at fault in good runs", "player is None or not case.bad or", "player is None or"),
        ("collapse excused to the end", "not (case.over or (case.stuck and not", "not ((case.stuck and not"),
        ("within-class excused to the end", "if not (case.over or case.stuck):", "if not case.stuck:"),
        ("weak only below", ">= (SEES if case.over else TOGETHER)", ">= TOGETHER"),
        ("strong only above", "(SEES if case.judged and case.over else APART)", "APART"),
        ("strong where samples are good", "(case.judged and not case.adrift)", "False"),
        ("what is lost is no oscillation", "turns < 2 and not lost(every, LOST)", "turns < 2"),
        ("fast rates excuse a loss", "(case.bad or lost(distances(case), SWING))", "case.bad"),
        ("a leak within its error bars", "not (case.over and altered[2] < plain[1])", "not case.over"),
        ("a leak never by its error bars", "and not (case.over and altered[2] < plain[1])", ""),
        ("a plateau within the error bar", "if last[0] < earlier[1]:", "if last[0] < earlier[0]:"),
        ("each verdict its change", "LATER if place else verdict.change", "verdict.change"),
        ("too short a run is left as it is", 'nowhere(case), f"--images', 'nowhere(case), "none" or f"--images'),
    ],
    ("randomness.py", "test_randomness.py"): [("streams share their numbers", "[str(seed), stream,", "[str(seed),")],
}  # fmt: skip
MUTANTS = [Mutant(*place, *change) for place, changes in TABLE.items() for change in changes]


class Verdict(NamedTuple):
    mutant: Mutant
    outcome: str  # "caught", "SURVIVED", or why it could not be judged
    seconds: float


def copied(folder: Path) -> Path:
    """A copy of the package's sources; its data, which no mutant touches, by links."""
    package = folder / "saddlepoint"
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            target = package / path.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".py":
                shutil.copy(path, target)
            else:
                target.symlink_to(path)
    return package


def red(package: Path, tests: list[str]) -> str:
    """Run tests on the package in this folder, in this process, up to the first failure. Nothing of it was imported
    before; torch was, once for all."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(package.parent))
    os.chdir(ROOT)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "--no-header", "--tb=short"]
    options += ["-W", "ignore:Loky-backed"]  # what joblib says in a process of a pool, and is no fault of a mutant
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = int(pytest.main([*options, *(str(ROOT / "tests" / test) for test in tests)]))
    seen = Path(sys.modules["saddlepoint"].__file__ or "") if "saddlepoint" in sys.modules else None
    if seen != package / "__init__.py":
        return f"NOT JUDGED: the tests saw {seen}, not the copy"
    # 0: nothing noticed. 1: a test failed. Anything else: pytest itself could not run them, which proves nothing.
    return {0: "SURVIVED", 1: "caught"}.get(status, f"NOT JUDGED: pytest ended with {status}\n{said.getvalue()}")


def judge(mutant: Mutant) -> Verdict:
    """Make the mutant and run its tests: red means caught."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        package = copied(Path(name).resolve())
        target = package / mutant.file
        source = target.read_text(encoding="utf-8")
        if (found := source.count(mutant.old)) != 1:
            return Verdict(mutant, f"NOT MADE: the old text is there {found} times", 0.0)
        target.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
        outcome = red(package, mutant.tests.split())
    return Verdict(mutant, outcome, time.monotonic() - start)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only mutants whose meaning or file contains one of these")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="mutants judged at once")
    given = parser.parse_args()
    chosen = [m for m in MUTANTS if not given.words or any(word in f"{m.meaning} {m.file}" for word in given.words)]
    if not chosen:
        parser.error(f"no mutant has {' or '.join(given.words)} in its meaning or file")
    # Each in a process forked from one that has imported torch, which would take longer than the tests do.
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["torch", "torch._dynamo", "pytest"])
    tests = sorted({test for m in chosen for test in m.tests.split()})
    unchanged = Mutant("__init__.py", " ".join(tests), "nothing made wrong", '"""saddlepoint', '"""saddlepoint')
    verdicts = []
    with forks.Pool(given.jobs, maxtasksperchild=1) as pool:
        for verdict in pool.imap(judge, [unchanged, *chosen], chunksize=1):
            m = verdict.mutant
            print(f"{verdict.outcome:10} {verdict.seconds:5.1f} s  {m.file:14} {m.meaning}", flush=True)
            verdicts.append(verdict)
    first, *rest = (verdict.outcome for verdict in verdicts)
    caught, survived = rest.count("caught"), rest.count("SURVIVED")
    unjudged = len(rest) - caught - survived
    print(f"{len(rest)} mutants: {caught} caught, {survived} survived, {unjudged} not judged")
    if first != "SURVIVED":
        print("but the tests fail when nothing is made wrong")
    return 2 if unjudged or first != "SURVIVED" else 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
