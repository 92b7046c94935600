"""Dockerfiles: what an image stage holds when a `RUN` comes to it. Imported only where one is found."""
