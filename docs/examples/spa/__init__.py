"""A page in the browser that logs in by itself, the guarded APIs of another origin that it calls, and their tests."""
