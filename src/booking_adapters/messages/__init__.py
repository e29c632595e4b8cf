"""Events on the wire: our own envelope, and the formats of systems that were there before."""
