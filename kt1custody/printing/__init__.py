"""Pictures: core types in, PNG and PDF out; pictures in, texts of symbols out.

**Rule:** the only home of qrcode, Pillow, typst and zxing-cpp. It gives bytes; the caller writes
files. Text from people goes to the type-setter as data, never as markup.
"""
