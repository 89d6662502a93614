"""The axis and other systems: edXML, ways to an axis, the hub, remote signing, tokens."""
