"""The lecture, claim by claim: its studies run in a row, an index of what they found, pictures and tables for people.

It stands on top of the other rooms and may import them; what executes a study is handed to it.
"""
