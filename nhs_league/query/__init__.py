"""SQL over the tidy tables: which statements are answered, by which means, within which bounds."""
