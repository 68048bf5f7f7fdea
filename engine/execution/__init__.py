"""Carries a plan out: order, bandwidth, checkpoints, decisions. The clock and the mover are given.

Nothing here reads a clock or touches a file. What happens comes from the mover as happenings; the
state of a run is what its happenings add up to, so that a journal of them is all that has to last.
"""
