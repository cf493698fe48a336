"""From england.nhs.uk to this machine: published, fetched, parsed and stored.

Where files come from: ``catalogue`` (addresses), ``download`` (HTTP), ``fetch`` (a visit to the
site), ``local_files`` (imports). What becomes of them: ``intake``, ``parse``, ``build`` (the tables
of a quarter), ``disagreements`` (which file counts, and what is doubted). What is stored:
``store``, ``manifest``, ``raw_files``, ``tables``, ``names``; ``commit`` changes it, ``integrity``
verifies and repairs it, ``listing`` lists it.
"""
