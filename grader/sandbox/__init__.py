"""The untrusted side: the zygote, and the workers that it forks to run a submission."""
