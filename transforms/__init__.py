"""What happens to the data: bytes and rows in, rows out. Nothing here touches the world."""
