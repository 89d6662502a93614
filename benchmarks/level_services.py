"""A TSA, an OCSP responder and revocation lists in a process of their own, for measuring.

`python -m benchmarks.level_services FOLDER` makes a test PKI there, prints the address as a
line of JSON and answers until its input ends.
"""

import json
import sys
from pathlib import Path

from signing.testpki import Subject, make_pki
from signing.testservices import OCSP, TSA, TestServices

SUBJECTS = (
    Subject("leader", "Nguyễn Văn An", "UBND tỉnh Sơn Hải"),
    Subject("seal", "UBND tỉnh Sơn Hải", "UBND tỉnh Sơn Hải", kind="seal"),
    Subject(TSA, "TSA", "TEST", kind="tsa"),
    Subject(OCSP, "OCSP", "TEST", kind="ocsp"),
)
"""RSA-2048, as the authorities in the field have."""


def main() -> None:
    """Serve until standard input ends."""
    services = TestServices()
    services.serve(make_pki(Path(sys.argv[1]), SUBJECTS, services.address))
    for _ in sys.stdin:
        sys.stdout.write(json.dumps({"address": services.address}) + "\n")
        sys.stdout.flush()
    services.close()


if __name__ == "__main__":
    main()
