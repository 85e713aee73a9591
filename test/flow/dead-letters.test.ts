import { describe } from '@jest/globals';
import { deadLetterFlowContract } from './dead-letters.contract.ts';

describe('dead letters, embedded', () => {
  deadLetterFlowContract(() => ({}));
});
