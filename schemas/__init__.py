"""What is exchanged: code lists, pydantic models, XSD and WSDL, the one XML parser."""
