"""The use cases: opening a study day, reviewing cards, working on exercises. No screens, no SQL."""
