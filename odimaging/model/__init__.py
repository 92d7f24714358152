"""The domain: patients, documents, mounts, their rules and the ports behind which everything else lies.

Standard library only. Nothing here reads a file, a row or a pixel.
"""
