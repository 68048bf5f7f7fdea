"""A run's files, signals, hooks and options: what `stowplan run` needs of the world."""
