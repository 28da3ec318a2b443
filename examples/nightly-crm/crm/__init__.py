"""A nightly job over a database of members."""
