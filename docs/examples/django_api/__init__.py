"""A Django project with two APIs, each behind the gate of its own realm, and the tests of both."""
