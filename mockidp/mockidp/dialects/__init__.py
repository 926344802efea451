"""How the provider talks: one module per dialect, over the same store, mint and pages."""
