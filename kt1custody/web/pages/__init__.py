"""Pages, one module a screen."""
