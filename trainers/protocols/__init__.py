"""Protocols: from a paper's corpus to its table."""
