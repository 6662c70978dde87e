"""Custody of confidential mail for the KT1 service of a provincial post."""
