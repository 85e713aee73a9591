import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { fanOutContract } from './fan-out.contract.ts';

describeWithEmulators("fan-out, on Google's emulators", () => {
  fanOutContract(emulatorVariables);
});
