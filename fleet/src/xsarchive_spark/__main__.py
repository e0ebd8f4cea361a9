"""`python -m xsarchive_spark`, and the file to give to spark-submit."""

import sys

from xsarchive_spark.command import main

if __name__ == "__main__":
    sys.exit(main())
