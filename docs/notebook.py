"""A notebook: what a league position hides, with tables and charts.

Open it with ``marimo edit docs/notebook.py``; it also runs as a plain Python script.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="What a league position hides")


@app.cell
def _():
    import os

    import marimo as mo
    import polars as pl

    from nhs_league import open_league

    return mo, open_league, os, pl


@app.cell
def _(mo):
    mo.md(
        """
        # What a league position hides

        Each answer below is a table with its source. `answer.frame` is its polars DataFrame, and
        `answer.chart()` draws it. The notebook opens the fictional sample; to open the figures
        that `nhsleague fetch` stored, set `NHSLEAGUE_REAL=1`.
        """
    )
    return


@app.cell
def _(open_league, os):
    league = open_league(sample="NHSLEAGUE_REAL" not in os.environ)
    hidden = league.hidden("62-day")
    hidden
    return hidden, league


@app.cell
def _(hidden, mo):
    first = hidden.frame.row(0, named=True)
    invented = " (an invented trust)" if first["sample"] else ""
    mo.md(
        f"**{first['trust_name']}**{invented} is ranked {first['place_rank']} of "
        f"{first['place_of']}, and treats {first['value']}% of its cancer patients within 62 days."
    )
    return (first,)


@app.cell
def _(league):
    league.worst("62-day", limit=10).chart()
    return


@app.cell
def _(first, league):
    league.spread("62-day", mark=[first["trust_code"]]).chart()
    return


@app.cell
def _(first, league):
    league.trend(first["trust_code"], metric="62-day").chart()
    return


@app.cell
def _(mo):
    mo.md("## How sure is a rank? The bars are likely ranges.")
    return


@app.cell
def _(league):
    table = league.table(limit=25)
    table.chart()
    return (table,)


@app.cell
def _(league, table):
    best, second = table.frame["trust_code"].head(2)
    league.compare(best, second).chart()
    return


@app.cell
def _(league, pl):
    # The tidy frames are polars' own: here, severe scores by region.
    frames = league.frames()
    severe = (
        frames.observations.filter(pl.col("score") >= 3.5)
        .join(frames.standings, on=["quarter", "trust_code"])
        .filter(pl.col("quarter") == league.quarters()[-1])
        .group_by("region")
        .agg(severe=pl.len(), trusts=pl.col("trust_code").n_unique())
        .sort("region")
        .collect()
    )
    severe
    return (severe,)


if __name__ == "__main__":
    app.run()
