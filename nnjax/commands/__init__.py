"""The commands of `nnjax`: one function each, which calls one other and prints."""
