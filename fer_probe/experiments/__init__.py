"""Causes: something is switched – a map, an action unit, a network's weights – and what follows is measured."""
