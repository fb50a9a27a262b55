"""One learner's deck: the event log, its cache of memory states, backups. The only place with SQL."""
