"""SOAP 1.1 and 1.2, document/literal; inline, MTOM, swaRef. zeep gives the model, not the wire."""
