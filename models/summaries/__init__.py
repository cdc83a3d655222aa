"""Summing up a thread in its members' own words: every line is a quotation with its message."""

from models.summaries.summarizer import ThreadSummarizer
from models.summaries.thread import FEWEST_POSTS, Agreement, Issue, Line, Post, Summary, TooShort

__all__ = ["FEWEST_POSTS", "Agreement", "Issue", "Line", "Post", "Summary", "ThreadSummarizer", "TooShort"]
