"""Makes the sites that the browser looks at beside a register's own: `python tests/browser/strange.py FOLDER`.

`hostile`: every text is an attempt to run a script. `based`: it has an address below a path, and ids that changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "site")]

from site_registers import HOSTILE, SOUND, build  # noqa: E402 - needs the path above

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, text in (("hostile", HOSTILE), ("based", SOUND)):
        build(folder / name, text, {})
