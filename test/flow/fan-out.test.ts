import { describe } from '@jest/globals';
import { fanOutContract } from './fan-out.contract.ts';

describe('fan-out, embedded', () => {
  fanOutContract(() => ({}));
});
