"""The eDoc dialect of provincial axes: SOAP with Attachments (axis.md §12)."""
