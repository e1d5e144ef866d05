"""Write tests/golden/digests.json from the program as it is: `python scripts/make_golden.py [CASE ...]`.

It was run once, at the last commit before systems became folders (83e6d0d), so that whatever moved afterwards had to
leave the same bits. It is run again where a change of the numbers is meant, for the cases that it is meant for, on a
commit that says why; or, to compare bits on another kind of processor, at a commit that is trusted, with the fixture
left uncommitted. Named cases alone are written anew only where the others were made on the same machine.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import pytest
import torch
from golden.digests import FILE, Golden, fingerprint, machine
from golden.playing import NAMES, at_once, outcome, played


def main() -> None:
    wanted = sys.argv[1:] or NAMES
    old = Golden.read()
    cases = {} if len(wanted) == len(NAMES) else dict(old.cases)
    if cases and old.machine != machine():
        sys.exit(f"the other cases were made on another machine: {old.machine}")
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        at_once(patch)
        for name in wanted:
            with tempfile.TemporaryDirectory() as folder:
                patch.setenv("SADDLEPOINT_CACHE", folder)
                groups = outcome(played(name, Path(folder)))
            cases[name] = {group: fingerprint(tensors) for group, tensors in groups.items()}
            print(f"{name}: {len(groups)} groups")
    Golden(machine(), cases).write()
    print(f"written: {FILE}")


if __name__ == "__main__":
    main()
