"""The packs that ship with Stowplan: one folder of YAML policies each, named `stowplan:FOLDER`."""
