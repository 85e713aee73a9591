import { describe } from '@jest/globals';
import { flowContract } from './flow.contract.ts';

describe('the flow, embedded', () => {
  flowContract(() => ({}));
});
