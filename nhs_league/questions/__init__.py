"""The questions: each picks its quarter and trusts, asks the core once, and gives one answer."""
