#!/usr/bin/python3
"""Reads the tree as text and fails on what the design forbids.

tidy.py [ROOT]: prints one line a problem and exits 1 when there is any.
"""
import concurrent.futures
import os
import pathlib
import posixpath
import re
import subprocess
import sys

from bans import BANS, CODE, PRODUCT

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = 100
FILE_LINES = 500
FUNCTION_LINES = 70
README_LINES = 15
MEASURED = CODE + (".py", ".sh", ".sql", ".cmake", "CMakeLists.txt", "cambist", ".ci/run")
# One file by nature: a host's developers read and copy the whole contract.
MAY_BE_LONG = ("plugin/abi/trading_server.h",)
FORMATTER = "clang-format-19"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
SQL_TEXT = re.compile(r"(?i)\s*(comment on .*|is )?'.*'[;,]?$|\s*comment on .* is '")
NOT_A_FUNCTION = re.compile(r"(namespace|class|struct|enum|union|extern|using|typedef)\b")
FORBIDDEN_NAMES = re.compile(r"(^|_)(manager|helper|util|processor|impl|data|info)s?\.\w+$")


def read_tree(root):
    """{path: text} of what belongs to the project: what git tracks or does not ignore."""
    listing = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z"],
                             capture_output=True, text=True, check=True).stdout
    tree = {}
    for path in sorted(filter(None, listing.split("\0"))):
        try:
            tree[path] = (pathlib.Path(root) / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return tree


def read_layers(text):
    """{folder: [folders it may include]} of layers.txt."""
    layers = {}
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, allowed = line.split(":")
            layers[folder.strip()] = allowed.split()
    return layers


def within(path, folder):
    return path.startswith(folder + "/")


def layer_of(path, layers):
    return max((folder for folder in layers if within(path, folder)), key=len, default=None)


def includes_of(tree):
    """(including file, line number, included file) for each include of a file of the tree."""
    for path, text in tree.items():
        if not path.endswith(CODE):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                yield path, number, match.group(1)


def check_layers(tree, layers):
    unknown = set()
    for path, number, included in includes_of(tree):
        if included not in tree:
            beside = posixpath.join(posixpath.dirname(path), included)
            if beside in tree:
                yield f'{path}:{number}: include from the root: "{beside}"'
            continue
        layer, target = layer_of(path, layers), layer_of(included, layers)
        for file, found in ((path, layer), (included, target)):
            if found is None and file not in unknown:
                unknown.add(file)
                yield f"{file}: its folder stands in no layer: add it to tests/tidy/layers.txt"
        if layer is None or target is None or target == layer:
            continue
        if not any(within(included, allowed) for allowed in layers[layer]):
            may = ", ".join(layers[layer]) or "nothing"
            yield f"{path}:{number}: {layer} must not include {target}; it may include {may}"


def cycles_in(graph):
    """Each cycle that a depth-first walk meets, as a list of nodes."""
    done, path, on_path = set(), [], set()

    def walk(node):
        if node in on_path:
            yield path[path.index(node):] + [node]
            return
        if node in done:
            return
        path.append(node)
        on_path.add(node)
        for target in sorted(graph.get(node, ())):
            yield from walk(target)
        on_path.discard(path.pop())
        done.add(node)

    for node in sorted(graph):
        yield from walk(node)


def check_cycles(tree):
    files, folders = {}, {}
    for path, _, included in includes_of(tree):
        if included not in tree:
            continue
        files.setdefault(path, set()).add(included)
        here, there = posixpath.dirname(path), posixpath.dirname(included)
        # The program on top of a part and the folders inside it are one part.
        nested = within(here + "/", there) or within(there + "/", here)
        if not nested and path.startswith(PRODUCT):
            folders.setdefault(here, set()).add(there)
    for kind, graph in (("files", files), ("folders", folders)):
        for cycle in cycles_in(graph):
            yield f"{cycle[0]}: {kind} include each other: " + " -> ".join(cycle)


def check_bans(tree):
    for path, text in tree.items():
        bans = [ban for ban in BANS if ban.applies_to(path)]
        for number, line in enumerate(text.splitlines(), 1):
            for ban in bans:
                match = ban.found_in(line)
                if match:
                    yield f"{path}:{number}: `{match.group(0).strip()}`: {ban.instead}"


def kind_of(path):
    """rules, store or service: the three kinds of file inside a noun of the office."""
    stem = posixpath.splitext(posixpath.basename(path))[0]
    for kind in ("store", "service"):
        if stem.endswith("_" + kind):
            return kind
    return "rules"


def check_pure_rules(tree):
    """Inside a noun of the office, what is neither store nor service does no I/O."""
    impure = re.compile(r'#include\s*[<"](boost/asio|libpq|office/pg/|chrono>.*now)')
    for path, text in tree.items():
        noun = re.match(r"office/(\w+)/", path)
        if not noun or noun.group(1) in ("pg", "migrations", "audit", "outbox"):
            continue
        if not path.endswith(CODE) or kind_of(path) != "rules":
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if impure.search(line):
                yield (f"{path}:{number}: rules are pure: move this to {noun.group(1)}_store "
                       f"or {noun.group(1)}_service")


def check_sizes(tree):
    for path, text in tree.items():
        if not path.endswith(MEASURED):
            continue
        lines = text.splitlines()
        if len(lines) >= FILE_LINES and path not in MAY_BE_LONG:
            yield f"{path}: {len(lines)} lines; split it by noun (fewer than {FILE_LINES})"
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS and not (path.endswith(".sql") and SQL_TEXT.match(line)):
                yield f"{path}:{number}: {len(line)} columns; at most {COLUMNS}"
        if path.endswith(".cpp"):
            yield from check_function_sizes(path, lines)


def check_function_sizes(path, lines):
    """By layout: a function starts in the first column and ends with a brace there."""
    start = None
    for number, line in enumerate(lines, 1):
        if NOT_A_FUNCTION.match(line) or (re.match(r"\w", line) and line.endswith(";")):
            start = None
        elif re.match(r"\w.*\(", line) and start is None:
            start = number
        elif line.startswith("}"):
            if start is not None and number - start + 1 > FUNCTION_LINES:
                yield (f"{path}:{start}: a function of {number - start + 1} lines; "
                       f"split it (at most {FUNCTION_LINES})")
            start = None


def check_readmes(tree):
    folders = {posixpath.dirname(path) for path in tree
               if path.endswith(CODE + (".sh", ".py", ".sql", ".toml"))}
    for folder in sorted(folders - {""}):
        readme = folder + "/README.md"
        if readme not in tree:
            yield (f"{folder}: has no README.md: say in at most {README_LINES} lines what it is, "
                   "what it may include and where to start reading")
        elif len(tree[readme].splitlines()) > README_LINES:
            yield f"{readme}: {len(tree[readme].splitlines())} lines; at most {README_LINES}"


def check_names(tree):
    for path in tree:
        if path.endswith(CODE) and FORBIDDEN_NAMES.search(posixpath.basename(path)):
            yield f"{path}: name it by the domain's noun"
        if path.endswith(CODE) and not re.fullmatch(r"[a-z0-9_./]+", path):
            yield f"{path}: file names are snake_case"


def check_endings(tree):
    for path, text in tree.items():
        if text and not text.endswith("\n"):
            yield f"{path}: its last line has no end"
        if "\r\n" in text:
            yield f"{path}: lines end with a bare newline here"


def problems_of(tree, layers):
    """Every problem of a tree {path: text}, but its format."""
    yield from check_layers(tree, layers)
    yield from check_cycles(tree)
    yield from check_bans(tree)
    yield from check_pure_rules(tree)
    yield from check_sizes(tree)
    yield from check_readmes(tree)
    yield from check_names(tree)
    yield from check_endings(tree)


def misformatted(root, paths):
    """The problems that clang-format names in these files."""
    def ask(chunk):
        answer = subprocess.run([FORMATTER, "--dry-run", "--Werror", *chunk], cwd=root,
                                capture_output=True, text=True, check=False)
        return sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", answer.stderr, re.M)))

    chunks = [paths[start::8] for start in range(8) if paths[start::8]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for files in pool.map(ask, chunks):
            for path in files:
                yield f"{path}: run {FORMATTER} -i on it"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else str(HERE.parent.parent)
    tree = read_tree(root)
    layers = read_layers((HERE / "layers.txt").read_text())
    problems = list(problems_of(tree, layers))
    problems += misformatted(root, [path for path in tree if path.endswith(CODE)])
    for problem in problems:
        print(problem)
    print(f"{len(tree)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
