"""The SOAP contract of the document axis: WSDL 1.1, XSD, and their loader."""
