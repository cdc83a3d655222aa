"""The async core of Folkmoot: knows no feature and no model library."""
