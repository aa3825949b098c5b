export { findModel } from './find-model.js';
export { listModels, verifyModel } from './list-models.js';
export { pullModel } from './pull-model.js';
