"""SOAP 1.1 and 1.2 over HTTP, document/literal, with MTOM; zeep gives the model, not the wire."""
