"""`python -m bench`: measure everything, print tables, write results.json and the chart."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench import chart, tables
from bench.measuring import QUICK, Bench, Effort
from bench.tab import ROOT, browsing
from bench.work import PEERS, Peer, Work
from tools.errors import told_in_one_line

RESULTS = ROOT / "bench/results.json"
PART_RESULTS = ROOT / "bench/quick.json"
CHART = ROOT / "docs/bench.svg"

ONLY: dict[str, Callable[[Work], bool]] = {
    "conv": lambda work: not work.net.dense,
    "dense": lambda work: work.net.dense,
}


def main() -> None:
    """Run the bench."""
    options = _options()
    effort = QUICK if options.quick else Effort()
    effort = replace(effort, peers=options.peers)
    if options.only:
        effort = replace(effort, works=tuple(filter(ONLY[options.only], effort.works)))
    with told_in_one_line(), browsing() as (browser, context, address):
        bench = Bench(effort, browser, context, address)
        _measure(bench, effort, options.quick, options.page)
    partial = bool(options.only) or options.peers != PEERS
    results = _rounded(bench.results | {"partial": partial})
    if options.quick or partial:
        target = PART_RESULTS
    else:
        target = RESULTS
        CHART.write_text(chart.svg(results), encoding="utf-8")
    target.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(tables.everything(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a rough run of five minutes")
    parser.add_argument("--only", choices=ONLY, help="networks of one kind, and what is about them")
    parser.add_argument(
        "--peers",
        type=peers_called,
        default=PEERS,
        metavar="A,B",
        help=f"only some of {','.join(peer.key for peer in PEERS)}",
    )
    parser.add_argument(
        "--no-reference", dest="page", action="store_false", help="skip the runs in the page"
    )
    return parser.parse_args()


def peers_called(text: str) -> tuple[Peer, ...]:
    """Return the peers that a list of keys means, in the order of all."""
    keys = [key.strip() for key in text.split(",")]
    unknown = sorted(set(keys) - {peer.key for peer in PEERS})
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}")
    return tuple(peer for peer in PEERS if peer.key in keys)


def _measure(bench: Bench, effort: Effort, quick: bool, page: bool) -> None:
    bench.open()
    bench.warm_up()
    bench.throughput()
    if effort.dense:
        bench.to_accuracy()
    bench.close()
    if effort.dense:
        bench.multiplication()
    if effort.conv:
        bench.memory()
    if page and effort.dense:
        bench.reference_run(quick)
    if page and effort.conv:
        bench.convolution_run()


def _rounded(value: Any) -> Any:
    """Return results with as many digits as mean something."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
