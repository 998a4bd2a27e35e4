"""A whole installation in one process, on a clock and a chance of its own, in which everything goes wrong at once.

Planner, workers, feedback and clerks are threads of which one at a time may run, from one call to the world outside to
the next; who that is, and what fails, follows from a seed, so that a seed is one exact course of events.
"""
