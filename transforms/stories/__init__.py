"""Which articles are one story: a same-story score from named features, merged and explained."""

from transforms.stories.background import read_background
from transforms.stories.cluster import Clustering, cluster_articles, explain_pair
from transforms.stories.names import Gazetteer, read_gazetteer
from transforms.stories.records import Background, Explanation, Membership, StoryArticle

__all__ = [
    "Background",
    "Clustering",
    "Explanation",
    "Gazetteer",
    "Membership",
    "StoryArticle",
    "cluster_articles",
    "explain_pair",
    "read_background",
    "read_gazetteer",
]
