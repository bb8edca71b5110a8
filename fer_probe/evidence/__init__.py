"""Which feature maps follow which action units on coded faces, and how sure that is."""
