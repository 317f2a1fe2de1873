"""Pictures: reading, showing, naming and fetching them. Untrusted bytes are decoded in a child process only.

The server uses `images.Images`, `names` and `links`; the other modules run in the child.
"""
