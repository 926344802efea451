"""A mock identity provider for local development and for test suites that need real tokens."""
