"""Two services: the storefront asks the back-office, with a token of its own that it renews."""
