"""One file per grant type of the token endpoint, named as the grant type is registered."""
