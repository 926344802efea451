"""What an operator can say: realms, users, clients, lifetimes, rules and faults. Frozen, checked when built."""
