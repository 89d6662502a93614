"""The national SDK's wire (VXP): parameters in HTTP headers, sealed by HMAC (axis.md §10)."""
