"""The template functions of Go, Sprig and Helm, one file per family."""
