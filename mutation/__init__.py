"""Mutation testing: faults put into the code, one at a time, to see that some test notices each."""
