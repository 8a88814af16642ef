"""Write a file whole or not at all: who reads it meanwhile sees the old one or the new one."""

from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> bool:
    """Write a file, and its folder, unless it is so already; return whether it was written.

    Raises:
        OSError: It cannot be; the file is as it was, and nothing is left beside it.
    """
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return True
