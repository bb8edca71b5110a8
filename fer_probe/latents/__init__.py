"""What a network makes of a face before it names it: spaces, clusters, variables, traversals, transfer, measures."""
