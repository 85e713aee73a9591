import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { flowContract } from './flow.contract.ts';

describeWithEmulators("the flow, on Google's emulators", () => {
  flowContract(emulatorVariables);
});
