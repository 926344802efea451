"""The catalogue of lies: tokens that a verifier must refuse and answers that a client must survive, by name."""
