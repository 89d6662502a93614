"""An axis node: store and forward between agencies, durable, with the SOAP face."""
