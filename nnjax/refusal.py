"""What cannot be done as it was asked for, said to the person in one line."""


class RefusedError(Exception):
    """What was asked for cannot be done; as text, one line with the remedy. The command line ends with exit code 2."""
