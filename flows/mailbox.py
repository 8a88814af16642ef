"""stub"""
def find_archived(settings, ids): return set()
