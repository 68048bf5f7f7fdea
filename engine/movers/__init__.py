"""What touches databases: a folder for each kind, and the URLs that lead to them.

A mover reads and writes rows and catalogues; it decides nothing, and prints nothing.
"""
