/** A worker that cannot start. */
process.stderr.write('the worker could not read its settings\n');
process.exit(3);
