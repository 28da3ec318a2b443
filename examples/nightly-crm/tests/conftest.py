"""Where the tests find the job, and a PostgreSQL server."""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[2] / "loyalty-py" / "tests")]

from postgresql import server as server  # noqa: E402  (a fixture)
