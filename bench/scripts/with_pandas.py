"""pandas."""

import sys

import pandas as pd

data, table, quarter, metric = sys.argv[1:]
rows = pd.read_csv(data)
answer = rows[(rows.Quarter == quarter) & (rows.Metric_ID == metric) & (rows.Units == "%")]
answer = answer[["Quarter", "Trust_code", "Trust_name", "Value", "Units", "Median_value", "Rank"]]
segments = pd.read_csv(table)[["Trust_code", "Segment"]]
worst = answer.merge(segments, on="Trust_code", how="left").sort_values("Rank", ascending=False)
sys.stdout.write(worst.head(10).to_csv(index=False))
