"""The polars core: frames in, frames out; no files, no network, no printing, no clock."""
