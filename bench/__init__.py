"""How fast it is, and beside what: ``python -m bench`` prints what docs/performance.md keeps.

- ``race``          runs commands in turns, so that a busy machine slows all alike
- ``stores``        the fictional stores that are asked
- ``starts``        the floors that Python and the libraries set, and ours beside them
- ``alternatives``  the same question asked of the same CSV files with other tools
- ``parsing``       a whole release: ours, checks included, and reading alone
- ``growth``        what more quarters and more trusts cost, in time and memory
- ``report``        measured times as Markdown
"""
