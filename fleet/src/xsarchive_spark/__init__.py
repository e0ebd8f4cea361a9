"""The questions of xsarchive over many archives, on Spark.

Archives are the shards, Spark is the scheduler, and SQLite alone answers: the named queries run as
they are. docs/fleet.md explains how to use it.
"""

from .request import BadOption
from .source import XSArchiveDataSource, read, read_binary_files, register
from .version import __version__

__all__ = ["BadOption", "XSArchiveDataSource", "__version__", "read", "read_binary_files", "register"]
