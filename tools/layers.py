#!/usr/bin/env python3
"""Reads who includes whom, and refuses an arrow that points up or sideways, and what a chip's compiler does not have.

usage: tools/layers.py [ROOT]      prints each refusal as file:line, and exits 1 if there is one
"""
import pathlib
import re
import sys

# Whom a folder may include, besides itself. The picture is in ARCHITECTURE.md.
PROTOCOLS = "nomq usmp e2e"
KIT = "kit wire crypto base"
MAY_INCLUDE = {
    "base": "",
    "wire": "base",
    "crypto": "base",
    "kit": "wire crypto base",
    "nomq": KIT,
    "usmp": KIT,
    "e2e": KIT,
    "gateway": f"{PROTOCOLS} {KIT}",
    "port/linux": "kit crypto base",
    "port/mqtt": "kit crypto base",
    "port/sqlite": "kit crypto base",
    "port/sim": "kit crypto base",
    "port/bare": "kit crypto base",
    "host": f"port/linux port/mqtt port/sqlite {PROTOCOLS} {KIT}",
    "device": f"port/bare {PROTOCOLS} {KIT}",
}

# Only who makes a program chooses the library that computes.
CHOOSES_THE_BACKEND = {"host", "device"}

# The half of the tree that builds for a chip, and all of the standard library that it may use there.
FREESTANDING = {"base", "wire", "crypto", "kit", "nomq", "usmp", "e2e", "gateway", "port/bare", "device"}
HOST_BACKENDS = re.compile(r"tacit/crypto/backend/(engine|openssl|ipsec_mb)")
CHIP_HEADERS = set(
    """algorithm array bit climits compare concepts cstddef cstdint cstring initializer_list iterator limits
       new numeric optional ranges span string_view tuple type_traits utility variant""".split()  # and what the owner of a program writes:
    + ["tacit_nomq_features.hpp", "tacit_usmp_features.hpp"]
)
CHIP_CRYPTO = re.compile(r"bearssl\.h|bearssl_\w+\.h|psa/\w+\.h|mbedtls/\w+\.h")

# GCC 10, which ESP8266 users have, does not know these; nor is there a heap, an exception or a clock.
TOO_NEW = r"consteval|using\s+enum|if\s+consteval|co_await|co_yield|co_return|import\s+[\w<\"]|" + "|".join(
    rf"std::{name}"
    for name in """bit_cast expected unexpected source_location to_underlying byteswap unreachable assume_aligned
                   format move_only_function""".split()
)
NOT_ON_A_CHIP = r"throw|try|catch|dynamic_cast|typeid|thread_local|malloc|calloc|realloc|" + "|".join(
    rf"std::{name}" for name in "function string vector map thread mutex chrono make_unique make_shared".split()
)
TOO_NEW_WORD = re.compile(rf"(?<![\w:])(?:{TOO_NEW})(?![\w])")
NOT_ON_A_CHIP_WORD = re.compile(rf"(?<![\w:])(?:{NOT_ON_A_CHIP})(?![\w])")

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    files = [path for path in sorted(root.glob("tacit/**/*.[hc]pp")) if path.is_file()]
    refusals = [
        f"{path.relative_to(root)}:{line}: {why}"
        for path in files
        for line, why in refused(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    ]
    print("\n".join(refusals) if refusals else f"layers: {len(files)} files, every arrow points down")
    sys.exit(bool(refusals) or not files)


def refused(path, text):
    """What is wrong with the file `path` (from the root of the tree) that says `text`: (line, why) for each."""
    here = layer(path)
    if here not in MAY_INCLUDE:
        return [(1, f"the layers do not know the folder {here}")]
    chip = here in FREESTANDING and not HOST_BACKENDS.match(path)
    found = []
    code = COMMENT_OR_TEXT.sub(blank, text)
    for number, (line, bare) in enumerate(zip(text.splitlines(), code.splitlines()), 1):
        if (include := INCLUDE.match(line)) and "include" in bare:
            found += [(number, why) for why in include_refused(here, path, chip, *include.groups())]
        elif chip:
            found += [(number, f"{word}: newer than GCC 10") for word in TOO_NEW_WORD.findall(bare)]
            found += [(number, f"{word}: not on a chip") for word in NOT_ON_A_CHIP_WORD.findall(bare)]
    return found


def include_refused(here, path, chip, ours, theirs):
    if ours is None:
        if chip and theirs not in CHIP_HEADERS and not (here == "crypto" and CHIP_CRYPTO.fullmatch(theirs)):
            yield f"{here} builds for a chip: <{theirs}>"
        return
    if not ours.startswith("tacit/"):
        yield f'"{ours}" is not the path of a file in the tree'
        return
    there = layer(ours)
    if there != here and there not in MAY_INCLUDE[here].split():
        yield f"{here} may not include {there}"
    elif ours.startswith("tacit/crypto/backend/") and here not in CHOOSES_THE_BACKEND:
        if not path.startswith("tacit/crypto/backend/"):
            yield f"{here} may not choose a backend: {ours}"


def layer(path):
    """tacit/nomq/node.hpp is in nomq, tacit/port/linux/udp.hpp in port/linux."""
    _, folder, *rest = path.split("/")
    return f"port/{rest[0]}" if folder == "port" else folder


def blank(match):
    """As many lines as before, and nothing on them."""
    text = match.group()
    return '""' if text[0] in "\"'" else "\n" * text.count("\n")


if __name__ == "__main__":
    main()
