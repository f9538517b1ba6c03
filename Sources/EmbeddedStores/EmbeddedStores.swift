// EmbeddedStores
