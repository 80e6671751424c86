"""Rules, one small file each, in a package per group; `piste.lint.catalog` lists them in order."""
