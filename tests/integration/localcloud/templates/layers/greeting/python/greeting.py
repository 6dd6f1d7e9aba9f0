WORD = "from the layer"
