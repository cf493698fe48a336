"""Makes the fictional sample release: official file format, invented trusts and figures.

``python -m sample_release`` (with ``tools`` on the path) writes nhs_league/sample/release.tar.xz.

- ``measures``  what a metric and a framework year are
- ``catalogue_2025_26``, ``catalogue_2026_27``  what each year measures, with plausible levels;
                ``frameworks`` gives the year of a quarter
- ``quarters``  quarters, and the words for times in the real files
- ``trusts``    the invented trusts, and who has which metric; their codes begin with Z, as no NHS
                trust's does
- ``figures``   each trust's values in each quarter, drawn from a seeded generator, and the planted
                events: a merger, a rename, deficits, a good trust with one terrible service
- ``scores``    from values to ranks and scores
- ``method``    domains, averages, segments and ranks by the official method, with plain Python; it
                shares no code with nhs_league, so that each can check the other
- ``ranges``    likely ranges of scores and ranks
- ``files``     the release files as NHS England would have written them, round by round
"""
