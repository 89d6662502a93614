"""The domain: documents, their lifecycles, registers, numbers, the ledger, and the store."""
