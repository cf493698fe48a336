"""From england.nhs.uk to this machine: published, fetched, parsed and stored."""
