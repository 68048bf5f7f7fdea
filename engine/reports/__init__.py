"""What Stowplan prints and writes: one file a format."""
