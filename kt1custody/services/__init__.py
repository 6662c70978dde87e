"""What a person can ask of the system: one module a verb, one public function a wish.

**Rule:** a service reads, asks `core`, and writes through `append`, in one transaction; it neither
speaks to the person nor knows a face. It takes and gives values, such as bytes and rows, never a place
on this machine: files and folders that a person names are the faces' business.
"""
