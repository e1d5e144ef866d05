"""What must answer at once does: without torch, and in a fraction of a second of the processor's time."""

import resource
import subprocess
import sys

import pytest

LOADED = "import sys; print(*sorted({'torch', 'numpy', 'cyclopts', 'rich'} & set(sys.modules)), file=sys.stderr)"
CASES = {
    "import saddlepoint": (0.3, ""),
    "import saddlepoint.settings.layers, saddlepoint.systems.gan.config, saddlepoint.planning.begin": (1.0, ""),
    "from saddlepoint.systems import catalog; [recipe.make() for *_, recipe in catalog.recipes()]": (1.0, ""),
    "from saddlepoint.cli.main import main; main(['--help'])": (0.5, ""),
    "from saddlepoint.cli.main import main; main(['train', '--help'])": (0.7, ""),
    "from saddlepoint.cli.main import main; main(['train', '--recipe', 'pix2pix', '--help'])": (0.7, ""),
    "from saddlepoint.cli.main import main; main(['train', 'digits', '--d.lrr', '1'])": (1.0, "cyclopts rich"),
    "from saddlepoint.cli.main import main; main(['train', 'digits', '--objective', 'hing'])": (1.0, "cyclopts"),
    "from saddlepoint.cli.main import main; main(['runs', '/'])": (1.0, "cyclopts"),
}


@pytest.mark.parametrize("code", CASES)
def test_it_starts_fast_and_without_torch(code):
    seconds, allowed = CASES[code]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run([sys.executable, "-c", f"{code}\n{LOADED}"], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert set(ended.stderr.splitlines()[-1].split()) <= set(allowed.split())
    # processor time, which other programs on the machine do not lengthen as they do the clock's
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < seconds
