"""The second implementations of ``match.Engine``: machines that run matching. One module each; ``office`` chooses."""
