"""Write the packed sample into the package."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

from sample_release.files import Round, make_rounds

TARGET = Path(__file__).parents[2] / "nhs_league" / "sample" / "release.tar.xz"


def pack(rounds: list[Round]) -> bytes:
    """Pack release files in their order of publication; the same rounds give the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz", preset=9) as archive:
        for each in rounds:
            for file in each.files:
                member = tarfile.TarInfo(file.path)
                member.size = len(file.data)
                archive.addfile(member, io.BytesIO(file.data))
    return packed.getvalue()


if __name__ == "__main__":
    data = pack(make_rounds())
    TARGET.write_bytes(data)
    print(f"{TARGET.name}: {len(data):,} bytes", file=sys.stderr)
