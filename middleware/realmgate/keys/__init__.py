"""The keys of issuers: where they come from, how they are fetched, and which are known."""
