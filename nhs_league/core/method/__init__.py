"""The official method: scores, averages, segments, the financial override and the order."""
