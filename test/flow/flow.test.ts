import { describe } from '@jest/globals';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { flowContract } from './flow.contract.ts';

describe('the flow, embedded', () => {
  flowContract(() => ({}));
});

describeWithEmulators("the flow, on Google's emulators", () => {
  flowContract(emulatorVariables);
});
