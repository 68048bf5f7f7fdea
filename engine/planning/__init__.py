"""From a manifest and a policy to a plan: classes, costs, obstacles, bounds, schedules, windows."""
