"""Warm processes that make a check quick: the same judge, zygote and walls, imported beforehand.

The daemon is a switchboard without torch. Below it grow clean processes, started when first needed, each a
fork of one that has imported less: a stem forks for each check a zygote that forks the workers, the parent of
judges forks a judge. A client hands over the ends of its pipes; the submission travels through them from the
client to the forked judge and never enters the daemon or a process that lives on.
"""
