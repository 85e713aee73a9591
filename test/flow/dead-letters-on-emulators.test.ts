import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { deadLetterFlowContract } from './dead-letters.contract.ts';

describeWithEmulators("dead letters, on Google's emulators", () => {
  deadLetterFlowContract(emulatorVariables);
});
