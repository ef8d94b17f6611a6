#!/usr/bin/env python3
"""What README shows as C++ is the example that is compiled."""
import pathlib
import re
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
shown = re.findall(r"^```cpp\n(.*?)^```", (TREE / "README.md").read_text(), re.DOTALL | re.MULTILINE)
compiled = (TREE / "examples/hello.cpp").read_text()
sys.exit(shown != [compiled] and "README.md does not show examples/hello.cpp")
