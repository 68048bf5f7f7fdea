"""SQLite: opening, names, the catalogue, and how large what it lists is."""
