"""Dashboards: a study in the browser. Pages show what the figures draw; they neither compute nor draw."""
