"""depcheck: finds every local path that a build will trip over, and says why."""

__version__ = "0.1.0"
