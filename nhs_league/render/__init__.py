"""An answer as a person or a program wants it: terminal, CSV, JSON."""
