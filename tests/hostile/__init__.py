"""Input that means harm, as data, and what the tests of it share."""
