"""How a package is encrypted. One module a scheme; each satisfies ``release.Sealer``."""
