"""Two sweeps side by side: which conclusions changed, and is the change more than luck?"""
