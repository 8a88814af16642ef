"""What readers see: ranked stories in, an issue out."""
