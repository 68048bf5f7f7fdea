"""What conditions may read, and what they select: the fields of tables, edges, steps and plans."""
