"""DuckDB over the CSV files."""

import sys

import duckdb

data, table, quarter, metric = sys.argv[1:]
worst = duckdb.execute(
    """
    select d.Quarter, d.Trust_code, d.Trust_name, d.Value, d.Units, d.Median_value, d.Rank,
      t.Segment
    from read_csv(?, nullstr = 'NA') d left join read_csv(?) t using (Trust_code)
    where d.Quarter = ? and d.Metric_ID = ? and d.Units = '%' order by d.Rank desc limit 10
    """,
    [data, table, quarter, metric],
).fetchall()
sys.stdout.write("".join(",".join(map(str, row)) + "\n" for row in worst))
