export { createFileJudgements } from './file-judgements.js';
