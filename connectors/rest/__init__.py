"""Provincial REST faces in front of the axis, each described by a profile (axis.md §11, §12.2)."""
