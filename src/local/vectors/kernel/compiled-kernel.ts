import { KERNEL_BYTES } from './kernel-bytes.js';

let compiled: WebAssembly.Module | undefined;
let hasTried = false;

/** The scan kernel, compiled once a thread; undefined where the processor or Node has no SIMD. */
export function compiledKernel(): WebAssembly.Module | undefined {
  if (!hasTried) {
    hasTried = true;
    const bytes = Buffer.from(KERNEL_BYTES, 'base64');
    if (WebAssembly.validate(bytes)) compiled = new WebAssembly.Module(bytes);
  }
  return compiled;
}
