"""The floor: reads the same files and parses them with PyYAML's CSafeLoader, one process, nothing kept.

Run: python tests/benchmark/floor.py FOLDER
"""

from __future__ import annotations

import os
import sys

import yaml


def main() -> None:
    for folder, _, names in os.walk(sys.argv[1]):
        for name in names:
            if name.endswith(".yaml"):
                with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123
                    yaml.load(file.read(), Loader=yaml.CSafeLoader)


if __name__ == "__main__":
    main()
