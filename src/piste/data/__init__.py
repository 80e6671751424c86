"""From a file, folder, array or frame to a data set: reading, kinds, target, splits and encoders."""
