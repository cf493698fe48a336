"""How sure a league place, a difference between trusts and a weak spot are.

Method: docs/method.md. The metrics that count are a choice among many that could have been made, so
the question asked throughout is whether a result survives another choice.
"""
