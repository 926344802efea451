"""Tokens that only the holder of a key may use: proofs of it, and what makes them fresh. RFC 9449, RFC 8705."""
