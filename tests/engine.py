"""The container engine, where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path

_OLDEST = 27  # the first version that knows what is tested


def has(image: str = "") -> bool:
    """Whether there is an engine that knows what is tested, with the image."""
    words = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
        if done.returncode or int(done.stdout.partition(".")[0] or 0) < _OLDEST:
            return False
        words = ["docker", "image", "inspect", image]
        return (
            not image or subprocess.run(words, capture_output=True, check=False, timeout=20).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def build(context: Path) -> subprocess.CompletedProcess[str]:
    """Build the Dockerfile of a directory, and keep no image."""
    words = ["docker", "build", "--quiet", "--network=none", "--output=type=cacheonly", str(context)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
