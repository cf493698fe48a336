"""From england.nhs.uk to this machine: what is published, fetched, parsed and kept."""
