"""What a run tells: its progress, its report, its status, and what a terminal shows meanwhile.

Everything is told from a `Ledger`, so that it is the same whether the run is under way or read
again from its journal.
"""
