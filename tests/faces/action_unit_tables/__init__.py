"""Action-unit tables of other programs and corpora: each read, and joined to faces."""
