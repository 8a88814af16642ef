"""Scenes for the sample's pictures; see `draw_pictures.py`."""
