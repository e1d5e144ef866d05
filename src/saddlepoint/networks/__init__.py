"""Networks: tensors in, tensors out. They know nothing of games; import each from the file that defines it."""
