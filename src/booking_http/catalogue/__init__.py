"""The catalogue over HTTP: resources, services, performances and blocks."""
