"""The eDoc dialect of provincial axes as we write it: our own WSDL and XSD (SOURCES.md)."""
