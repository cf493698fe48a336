"""The views: a function from an answer to columns of text, chosen by the answer's type.

The families are those of the commands; each registers its views with ``columns_of``.
"""

from nhs_league.render.views import explain, history, look, store
from nhs_league.render.views.columns import columns_of

__all__ = ["columns_of", "explain", "history", "look", "store"]
