"""A FastAPI app whose Swagger page logs in at the provider, and the tests of both."""
