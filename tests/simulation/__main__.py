"""`python -m tests.simulation --seed N`: one course of events told line by line, the same each time."""

import argparse
import sys

from tests.simulation.course import course, ends_well


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--quiet", action="store_true", help="only what it came to")
    chosen = parser.parse_args()
    came_to = course(chosen.seed, say=(lambda line: None) if chosen.quiet else say)
    say(f"{'with' if ends_well(chosen.seed) else 'without'} calm days at the end: {came_to}")


if __name__ == "__main__":
    main()
