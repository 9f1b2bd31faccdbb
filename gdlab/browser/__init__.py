"""A sheet for a browser: its fixed parts as plain data, and the module that draws it."""
