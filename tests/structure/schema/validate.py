#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates configurations with an independent validator against the schemas that they name.

Usage: validate.py REPOSITORY COMMAND. Every YAML file of configs/ must name its schema and be valid; what
`COMMAND explain` prints, with all includes resolved, must be valid too; files with typical mistakes must be refused
by schema and command alike.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

MARK = "# yaml-language-server: $schema="


class Loader(yaml.SafeLoader):
    """Scalars as YAML 1.2 reads them: no dates, no yes and no, 1e3 is a number."""


Loader.yaml_implicit_resolvers = {}
for tag, expression, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{expression})$"), first)
# PyYAML's own conversion of floats wants a dot or inf.
Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def problems(text, schema):
    validator = jsonschema.Draft7Validator(schema)
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(yaml.load(text, Loader))]


def schema_of(file):
    """The schema that the file names in a comment, and its path."""
    for line in file.read_text().splitlines():
        if line.startswith(MARK):
            path = (file.parent / line[len(MARK):]).resolve()
            return json.loads(path.read_text())
        if not line.startswith("#"):
            break
    return None


# (file, what is written, what stands there instead): each is a mistake that schema and command must both refuse.
MISTAKES = (
    ("arch/tiny_2x2.yaml", "clock: 400 MHz", "clock: 400"),
    ("arch/tiny_2x2.yaml", "clock: 400 MHz", "clock: 400 ns"),
    ("arch/tiny_2x2.yaml", "clock: 400 MHz", "clok: 400 MHz"),
    ("arch/tiny_2x2.yaml", "clock: 400 MHz", ""),
    ("arch/tiny_2x2.yaml", "family: core_grid", "family: core_gird"),
    ("arch/tiny_2x2.yaml", "family: core_grid", "family: spiking_array"),
    ("arch/tiny_2x2.yaml", "rows: 2", "rows: 0"),
    ("arch/tiny_2x2.yaml", "rows: 2", "rows: 257"),
    ("arch/tiny_2x2.yaml", "rows: 2", 'rows: "2"'),
    ("arch/tiny_2x2.yaml", "rows: 2", "rows: 2.5"),
    ("arch/tiny_2x2.yaml", "rows: 2", "rows: [2]"),
    ("arch/truenorth.yaml", "tick_rate: 1 kHz", "tick_rate: 1 kB"),
    ("runs/int8_vs_fp8.yaml", "batch: 8", "batch: 0"),
    ("runs/int8_vs_fp8.yaml", "batch: 8", "bacth: 8"),
    ("runs/int8_vs_fp8.yaml", "batch: 8", "fidelity: exact"),
    ("runs/int8_vs_fp8.yaml", "workload: ", "work: "),
    ("runs/truenorth_recurrent.yaml", "generator: recurrent", "generator: random"),
    ("sweeps/core_grid_search.yaml", "kind: nsga2", "kind: nsga"),
    ("sweeps/core_grid_search.yaml", "axes:", "axis:"),
    ("sweeps/core_grid_search.yaml", "precision: int8\n", "precison: int8\n"),
    ("sweeps/core_grid_search.yaml", "population: 32", "population: 1"),
    ("anchors/northpole.yaml", "kind: anchors", "kind: anchor"),
    ("anchors/northpole.yaml", "tolerance: ", "tolerence: "),
    ("tech/12nm.yaml", "status: published", "status: certain"),
    ("tech/12nm.yaml", "node: {value: 12 nm,", "node: {value: 12 pJ,"),
    ("tech/logic_45nm.yaml", "voltage: 0.9 V", "voltage: 0.9"),
    ("workloads/vit_tiny.yaml", "op: ", "pp: "),
)


def accepted(command, file):
    return subprocess.run([command, "check", str(file)], capture_output=True).returncode == 0


def main(repository, command):
    configs = pathlib.Path(repository) / "configs"
    failures = []
    files = sorted(configs.rglob("*.yaml"))
    for file in files:
        schema = schema_of(file)
        if schema is None:
            failures.append(f"{file}: its first comment names no schema ({MARK}...)")
            continue
        jsonschema.Draft7Validator.check_schema(schema)
        failures += [f"{file}: {problem}" for problem in problems(file.read_text(), schema)]
        if file.parent.name in ("arch", "runs", "tech"):
            resolved = subprocess.run([command, "explain", str(file)], capture_output=True, text=True)
            failures += [f"{file}, resolved: {problem}" for problem in problems(resolved.stdout, schema)]
    for name, written, wrong in MISTAKES:
        file = configs / name
        text = file.read_text()
        if written not in text:
            failures.append(f"{file}: has no '{written}' to make a mistake in")
            continue
        text = text.replace(written, wrong, 1)
        if not problems(text, schema_of(file)):
            failures.append(f"{file}: the schema accepts '{wrong}' for '{written}'")
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / file.name
            copy.write_text(re.sub(r"(\.\./|(?<=include: )(?=\w))", lambda m: f"{file.parent}/{m.group(1)}", text))
            if accepted(command, copy):
                failures.append(f"{file}: the command accepts '{wrong}' for '{written}'")
    print(f"{len(files)} files, {len(MISTAKES)} mistakes, {len(failures)} failures", *failures, sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
