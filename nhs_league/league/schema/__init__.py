"""The words and shapes that every room shares: quarters, trust types, frames, answers."""
