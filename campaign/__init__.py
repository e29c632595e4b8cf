"""Long runs that try to break the promises; each has a short form in the test suite."""
