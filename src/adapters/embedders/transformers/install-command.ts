/**
 * Installs the optional package. Its engine's install script fetches GPU libraries and fails the whole installation
 * where it cannot; the variable makes it skip them, and computing on the CPU needs none.
 */
export const INSTALL_COMMAND = 'ONNXRUNTIME_NODE_INSTALL=skip npm install @huggingface/transformers@4.3.1';
