"""The trusted process: collects the suite, asks workers for values, and gives the verdict."""
