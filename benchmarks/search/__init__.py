"""How fast and how good is the search beside its peers?"""
