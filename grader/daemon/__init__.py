"""Warm processes that make a check quick: the same judge, zygote and walls, imported beforehand.

The daemon is a switchboard without torch. It keeps two kinds of clean processes, started when first needed:
one forks a judge for each check, one forks for each check a zygote that forks the workers. A client hands
over the ends of its pipes; the submission travels through them from the client to the forked judge and never
enters the daemon or a process that lives on.
"""
