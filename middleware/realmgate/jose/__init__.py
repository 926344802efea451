"""JSON Web Signatures, strictly: compact form, keys, algorithms. RFC 7515, RFC 7517, RFC 7518."""
