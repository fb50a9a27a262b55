def open_vault(hint):
    raise NotImplementedError
