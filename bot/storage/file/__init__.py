"""The SQLite file: opening, locking and writing it, and what its errors mean."""
