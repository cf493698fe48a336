"""Plain polars, read lazily."""

import sys

import polars as pl

data, table, quarter, metric = sys.argv[1:]
answer = (
    pl.scan_csv(data, null_values="NA")
    .filter(pl.col("Quarter") == quarter, pl.col("Metric_ID") == metric, pl.col("Units") == "%")
    .select("Quarter", "Trust_code", "Trust_name", "Value", "Units", "Median_value", "Rank")
)
segments = pl.scan_csv(table).select("Trust_code", "Segment")
worst = answer.join(segments, on="Trust_code", how="left").sort("Rank", descending=True).head(10)
sys.stdout.write(worst.collect().write_csv())
