import wabt from 'wabt';

/**
 * Compile the scan kernel.
 *
 * @param source  WebAssembly text.
 * @returns the TypeScript module that carries it, so that it needs no file beside it wherever the code runs.
 */
export async function kernelModule(source: string): Promise<string> {
  const { parseWat } = await wabt();
  const parsed = parseWat('scan.wat', source, { simd: true, threads: true });
  const { buffer } = parsed.toBinary({ write_debug_names: false });
  parsed.destroy();
  if (!WebAssembly.validate(buffer)) throw new Error('scan.wat compiles to what this Node does not accept');
  return `// Compiled from scan.wat by scripts/build-kernel.ts; not written by hand.\nexport const KERNEL_BYTES =\n  '${Buffer.from(buffer).toString('base64')}';\n`;
}
