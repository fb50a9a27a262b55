"""When to show what: FSRS memory states, study days, queue rules and exercise credit. Pure."""
