"""What a command says instead of doing what it was asked."""


class Refused(Exception):
    """The input is at fault: what is wrong, in one line for a person."""
