#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a store of `lodestone explore` with Python alone: the best point of each precision, and how points ended.

usage: read_store.py STORE.db [FIGURE] [AXIS]     (energy_j.total and precision when not given)
"""
import json
import sqlite3
import sys


def points(store, sweep=None):
    """Yields (axes, figures) of the finished points of a sweep; of the one explored last when none is named."""
    sweep = sweep or store.execute("SELECT name FROM sweeps ORDER BY opened DESC LIMIT 1").fetchone()[0]
    names = [axis["name"] for axis in json.loads(
        store.execute("SELECT axes FROM sweeps WHERE name = ? ORDER BY opened DESC", (sweep,)).fetchone()[0])]
    rows = store.execute("SELECT axes, figures FROM results WHERE sweep = ? AND status = 'done' ORDER BY id", (sweep,))
    for values, figures in rows:
        yield dict(zip(names, json.loads(values))), json.loads(figures)


def frame(store):
    """The same as a table of pandas, where that is installed: a column for each axis and figure."""
    import pandas
    return pandas.DataFrame([{**axes, **figures} for axes, figures in points(store)])


def main(file, figure="energy_j.total", axis="precision"):
    store = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    best = {}
    for axes, figures in points(store):
        key = axes.get(axis, "all")
        if key not in best or figures[figure] < best[key][1][figure]:
            best[key] = (axes, figures)
    for key, (axes, figures) in best.items():
        print(f"{axis} {key}: least {figure} {figures[figure]:.6g} at "
              + ", ".join(f"{name} {value}" for name, value in axes.items() if name != axis))
    for status, count in store.execute("SELECT status, count(*) FROM points GROUP BY status ORDER BY status"):
        print(f"{count} points {status}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
