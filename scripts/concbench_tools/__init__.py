"""What the scripts share: reading results, values and their names, formats, drawing. Python's standard library only.

Order of work: result (a file is checked once, where it is read) > cells (values of a cell) > columns
(their names) > rows or pivot > formats. The scripts beside this folder hold no code but the way in.
"""
