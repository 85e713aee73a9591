import { describe } from '@jest/globals';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { deadLetterFlowContract } from './dead-letters.contract.ts';

describe('dead letters, embedded', () => {
  deadLetterFlowContract(() => ({}));
});

describeWithEmulators("dead letters, on Google's emulators", () => {
  deadLetterFlowContract(emulatorVariables);
});
