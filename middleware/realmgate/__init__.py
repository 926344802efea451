"""Keep realms apart at the door of an ASGI or WSGI app."""
