"""The sheet in a browser: what a page knows of it, and the page itself."""
