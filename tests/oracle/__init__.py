"""A second, slow, obvious implementation of the questions, in plain Python.

It shares no code with the package and uses no polars: it reads release files with the csv module
and answers with loops, so that it can be read line by line. The tests beside it hold every
command's CSV against it, for every metric, trust type and quarter.
"""
