"""Layouts: one file a corpus, each reading (and drawing faces in) exactly what its owners hand out."""
