"""What `stowplan test` is made of: finding test files, running them, coverage, reports."""
