"""Makes the fictional sample release: official file format, invented trusts and figures.

``python -m sample_release`` (with ``tools`` on the path) writes nhs_league/sample/release.tar.xz.

- ``measures``  what is measured in each trust type, with plausible levels
- ``trusts``    the invented trusts; their codes begin with Z, as no NHS trust's does
- ``figures``   each trust's values in each quarter, drawn from a seeded generator, and the planted
                events: a merger, a rename, deficits, a good trust with one terrible service
- ``method``    scores, domains, segments and ranks by the official method, with plain Python; it
                shares no code with nhs_league, so that each can check the other
- ``files``     the release files as NHS England would have written them, round by round
"""
