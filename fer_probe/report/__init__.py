"""The report: one page of a study's figures."""
