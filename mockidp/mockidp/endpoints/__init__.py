"""One file per endpoint; none knows another."""
