"""The axis and other systems: edXML, SOAP, and the hub."""
