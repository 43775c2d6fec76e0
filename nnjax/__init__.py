"""nnjax: which choice matters for a multilayer perceptron, on your data, and how sure are we?"""
