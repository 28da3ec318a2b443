#!/usr/bin/env python3
"""Check the dependencies against deny.toml: licences, bans and sources.

cargo-deny does the same and more (it also reads the licence files) but takes minutes to install; this needs cargo and
Python 3.11 only, so it runs every time. A key of deny.toml that this file does not know is an error: a rule that is
written down and not checked would be worse than none.

Usage: check_dependencies.py [DIRECTORY], where the directory holds deny.toml and the workspace.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tomllib

KNOWN_KEYS = {
    "graph": {"targets", "all-features"},
    "licenses": {"allow", "unused-allowed-license", "confidence-threshold"},
    "bans": {"multiple-versions", "skip", "wildcards", "allow-wildcard-paths", "deny", "features"},
    "sources": {"unknown-registry", "unknown-git", "allow-registry", "allow-git"},
}

# What the checks below do whatever deny.toml says; it has to say the same.
FIXED_VALUES = {
    ("bans", "multiple-versions"): "deny",
    ("bans", "wildcards"): "deny",
    ("bans", "allow-wildcard-paths"): True,
    ("sources", "unknown-registry"): "deny",
    ("sources", "unknown-git"): "deny",
    ("sources", "allow-git"): [],
}


class Graph:
    """The crates that a build of the workspace takes in, on the platforms that deny.toml names.

    `cargo metadata` knows licences and sources but names crates too that no chosen feature needs; `cargo tree` names
    exactly those that are built.
    """

    def __init__(self, directory, config):
        self.directory = directory
        self.options = ["--locked"] + ["--all-features"] * config["graph"]["all-features"]
        metadata = json.loads(self._cargo("metadata", "--format-version", "1"))
        self.members = set(metadata["workspace_members"])
        self.features = collections.defaultdict(set)
        targets = [option for target in config["graph"]["targets"] for option in ("--target", target)]
        shipped = self._tree("normal,build", targets)
        everything = self._tree("normal,build,dev", targets)
        packages = sorted(metadata["packages"], key=lambda package: package["id"])
        self.shipped = [package for package in packages if name(package) in shipped]
        self.all = [package for package in packages if name(package) in everything]
        if {name(package) for package in self.all} != everything:
            sys.exit("error: `cargo tree` and `cargo metadata` disagree on what is there")

    def _tree(self, kinds, targets):
        shape = ["--prefix", "none", "--format", "{p}|{f}"]
        found = set()
        for line in filter(None, self._cargo("tree", "--workspace", "--edges", kinds, *targets, *shape).splitlines()):
            package, _, features = line.removesuffix(" (*)").partition("|")
            crate, version = package.split()[:2]
            key = f"{crate}@{version.removeprefix('v')}"
            found.add(key)
            self.features[key] |= set(filter(None, features.split(",")))
        return found

    def _cargo(self, command, *arguments):
        line = ["cargo", command, *self.options, *arguments]
        return subprocess.run(line, cwd=self.directory, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout


def main():
    directory = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    config = tomllib.loads((directory / "deny.toml").read_text(encoding="utf-8"))
    problems = list(check_config(config))
    if not problems:
        graph = Graph(directory, config)
        for check in (check_licences, check_duplicates, check_bans, check_features, check_wildcards, check_sources):
            problems += check(graph, config)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"{len(graph.all)} crates, {len(graph.shipped)} of them shipped: all as deny.toml asks")


def check_config(config):
    for section, keys in config.items():
        for key in sorted(set(keys) - KNOWN_KEYS.get(section, set())):
            yield f"deny.toml: `{section}.{key}` is not checked here; teach ci/check_dependencies.py or leave it out"
    for section in sorted(set(KNOWN_KEYS) - set(config)):
        yield f"deny.toml: the section `{section}` is missing"
    for (section, key), value in FIXED_VALUES.items():
        if section in config and config[section].get(key) != value:
            yield f"deny.toml: `{section}.{key}` has to be {json.dumps(value)}, for nothing else is checked here"


def check_licences(graph, config):
    allowed = set(config["licenses"]["allow"])
    for package in graph.all:
        expression = package["license"]
        if not expression:
            yield f"{name(package)}: no licence in its manifest"
        elif not is_allowed(expression, allowed):
            yield f"{name(package)}: licence `{expression}` is not covered by the allowed ones"


def is_allowed(expression, allowed):
    """Whether an SPDX expression can be met with the allowed licences. `/` is the old way to write `OR`.

    >>> allowed = {"MIT", "Zlib"}
    >>> [is_allowed(expression, allowed) for expression in ("MIT/GPL-3.0", "GPL-3.0 OR MIT", "(MIT) AND Zlib")]
    [True, True, True]
    >>> [is_allowed(expression, allowed) for expression in ("MIT AND GPL-3.0", "MIT WITH X", "MIT Zlib", "(MIT")]
    [False, False, False, False]
    """
    tokens = re.findall(r"[()]|[^\s()/]+|/", expression)
    tokens = ["OR" if token == "/" else token for token in tokens]

    def alternatives():
        met = conjunction()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = conjunction() or met
        return met

    def conjunction():
        met = single()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = single() and met
        return met

    def single():
        licence = tokens.pop(0) if tokens else ""
        if licence == "(":
            met = alternatives()
            return tokens[:1] == [")"] and tokens.pop(0) == ")" and met
        if len(tokens) >= 2 and tokens[0] == "WITH":
            licence += " WITH " + tokens[1]
            del tokens[:2]
        return licence in allowed

    return alternatives() and not tokens


def check_duplicates(graph, config):
    skipped = {crate_of(entry) for entry in config["bans"]["skip"]}
    versions = collections.defaultdict(set)
    for package in graph.shipped:
        if not skipped & {package["name"], name(package)}:
            versions[package["name"]].add(package["version"])
    for crate, found in sorted(versions.items()):
        if len(found) > 1:
            yield f"{crate}: shipped in {len(found)} versions, {', '.join(sorted(found))}"


def check_bans(graph, config):
    reasons = {crate_of(entry): entry["reason"] for entry in config["bans"]["deny"]}
    for package in graph.all:
        for key in {package["name"], name(package)} & set(reasons):
            yield f"{name(package)}: banned, {reasons[key]}"


def check_features(graph, config):
    for entry in config["bans"]["features"]:
        for package in graph.all:
            if package["name"] == entry["crate"]:
                for feature in sorted(graph.features[name(package)] & set(entry["deny"])):
                    yield f"{name(package)}: its feature `{feature}` is banned, {entry['reason']}"


def check_wildcards(graph, config):
    for package in graph.all:
        if package["id"] in graph.members:
            for dependency in package["dependencies"]:
                if dependency["req"] == "*" and "path" not in dependency:
                    yield f"{name(package)}: depends on any version of `{dependency['name']}`"


def check_sources(graph, config):
    allowed = {"registry+" + url for url in config["sources"]["allow-registry"]}
    for package in graph.all:
        source = package["source"]
        if source is None and package["id"] not in graph.members:
            yield f"{name(package)}: comes from a path outside the workspace"
        elif source is not None and source not in allowed:
            yield f"{name(package)}: comes from {source}"


def crate_of(entry):
    return entry if isinstance(entry, str) else entry["crate"]


def name(package):
    return f"{package['name']}@{package['version']}"


if __name__ == "__main__":
    main()
