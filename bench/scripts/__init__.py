"""The same question with other libraries: who is worst at a metric, with each trust's segment.

Each script takes a metric file, a league table, a quarter and a metric ID, and prints ten rows.
"""
